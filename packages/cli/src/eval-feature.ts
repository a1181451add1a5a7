// `pawl eval`: what the other judging commands have not: every answer as rows, promptfoo's output, several suites.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { usageExitCode, type Outcome } from '@pawl/core';
import { outputRow, PromptfooOutput, promptRegressionInputs, type OutputRow } from '@pawl/core/prompt-regression';
import { executePromptRegression } from '@pawl/wiring/prompt-regression';
import type { World } from '@pawl/wiring';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Feature, Shown } from './feature-command.ts';
import { smallInMemory } from './keep-memory-small.ts';
import type { Shell } from './terminal-io.ts';

interface EvalOptions {
  readonly json?: boolean;
  readonly format?: 'pawl' | 'promptfoo';
  readonly output?: string;
  readonly repeat?: string;
  readonly baseline?: string | false;
}

/** As promptfoo ends where a test failed. */
const promptfooFailed = 100;

export function evalFeature(shell: Shell): Omit<Feature<typeof promptRegressionInputs>, 'summary'> {
  return {
    slug: 'prompt-regression',
    name: 'eval',
    inputs: promptRegressionInputs,
    several: 'prompt',
    originInRecord: true,
    examples: [
      'pawl eval prompts/mail-triage.prompt.yml',
      'pawl eval prompts/mail-triage.prompt.yml --baseline mail-triage@v1.0.0 --record missing --base-url http://localhost:8000/v1',
      'pawl eval promptfooconfig.yaml --no-baseline --format promptfoo --output results.json',
    ],
    options: addOptions,
    // promptfoo compares with nothing: its scripts are spared the calls of a baseline, unless one is asked for.
    given: (options) => {
      const { baseline, repeat, format } = options as EvalOptions;
      const none = baseline === false || (baseline === undefined && format === 'promptfoo');
      return { ...(none && { baseline: 'none' }), ...(repeat !== undefined && { repeats: repeat }) };
    },
    execute: (inputs, world, options) =>
      evaluate(inputs, smallInMemory(world), { options: options as EvalOptions, shell }),
  };
}

function addOptions(command: Command): void {
  command
    .option('--no-baseline', 'compare with nothing')
    .option('--repeat <number>', 'the same as --repeats')
    .addOption(
      new Option(
        '--format <pawl|promptfoo>',
        'shape of the JSON; promptfoo exits with 100 when a case failed, else 0',
      ).choices(['pawl', 'promptfoo']),
    )
    .option('-o, --output <file>', 'also write every answer to a file: JSON, or one JSON a line in a .jsonl', jsonFile);
}

/** promptfoo writes other formats by a file's name; JSON under such a name is read by nobody. */
function jsonFile(path: string): string {
  if (/\.(?:csv|html?|xml|ya?ml|txt|md|xlsx)$/i.test(path))
    throw new InvalidArgumentError('Give a .json or a .jsonl; --html writes a page, --markdown the comment.');
  return path;
}

async function evaluate(
  inputs: Parameters<typeof executePromptRegression>[0],
  world: World,
  { options, shell }: { readonly options: EvalOptions; readonly shell: Shell },
): Promise<Outcome & { readonly shown?: Shown }> {
  const { format = 'pawl', json = false, output } = options;
  if (format === 'promptfoo') return evaluateAsPromptfoo(inputs, world, { output, shell });
  // Ten thousand answers with all their parts are held only where somebody asks for them.
  if (!json && output === undefined) return executePromptRegression(inputs, world);
  const rows: OutputRow[] = [];
  const outcome = await executePromptRegression(inputs, world, {
    row: (row, column, side) => rows.push(outputRow(row, column, side)),
  });
  if (outcome.usage) return outcome;
  const whole = (report: object): object => ({ ...report, rows });
  const text = isLines(output) ? linesOf(rows) : `${JSON.stringify(whole(outcome.report), undefined, 2)}\n`;
  if (output !== undefined && !(await write(output, text, shell)))
    return { ...outcome, shown: { json: whole, code: usageExitCode } };
  return { ...outcome, shown: { json: whole } };
}

async function evaluateAsPromptfoo(
  inputs: Parameters<typeof executePromptRegression>[0],
  world: World,
  { output, shell }: { readonly output: string | undefined; readonly shell: Shell },
): Promise<Outcome & { readonly shown?: Shown }> {
  const gathered = new PromptfooOutput();
  const started = world.clock.now();
  const outcome = await executePromptRegression(inputs, world, gathered);
  if (outcome.usage) return outcome;
  const ended = world.clock.now();
  const about = {
    runId: outcome.run?.id ?? 'none',
    startedAt: new Date(started).toISOString(),
    endedAt: new Date(ended).toISOString(),
    durationMs: ended - started,
    sha256: (await world.context()).sha256,
  };
  const made = gathered.json(about);
  const code = gathered.failed ? promptfooFailed : 0;
  const text = JSON.stringify(made, undefined, 2);
  if (output === undefined) return { ...outcome, shown: { json: () => made, text, code } };
  const { results: rows } = made['results'] as { readonly results: readonly object[] };
  const lines = isLines(output) ? linesOf(rows) : undefined;
  const written = await write(output, lines ?? `${text}\n`, shell);
  return { ...outcome, shown: { json: () => made, code: written ? code : usageExitCode } };
}

const isLines = (path: string | undefined): boolean => path?.endsWith('.jsonl') === true;

const linesOf = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

async function write(path: string, text: string, shell: Shell): Promise<boolean> {
  const file = resolve(shell.cwd, path);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return true;
  } catch (error) {
    shell.err(`The answers cannot be written to ${path}: ${(error as NodeJS.ErrnoException).code}.`);
    return false;
  }
}
