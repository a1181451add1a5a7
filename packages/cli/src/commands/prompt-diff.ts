// pawl prompt diff | log: what changed between versions, in a prompt's own terms.
import { hasErrors, readPrompt, type Problem, type Prompt, type Read, type RegisteredVersion } from '@pawl/core';
import { comparePrompts, comparisonLine, type PromptComparison, type ValueChange } from '@pawl/core/prompt-history';
import { readPromptAt } from '@pawl/core/registry';
import { escapeTerminal } from '@pawl/core/report';
import type { World } from '@pawl/wiring';
import type { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { readAt, wantedOf } from '../read-at.ts';
import { showProblems } from '../show-problems.ts';
import { table } from '../table.ts';
import type { Shell } from '../terminal-io.ts';
import { pathOf } from './prompt-versions.ts';

interface Options {
  readonly json?: boolean;
  readonly directory?: string;
}

/** Adds `diff` and `log` to `pawl prompt`. */
export function addPromptDiff(prompt: Command, shell: Shell, finish: Finish): Command {
  prompt
    .command('diff <before> [after]')
    .summary('what changed: "pawl prompt diff mail-triage@production"')
    .description(
      'What changed between two versions of a prompt: messages word by word, parameters, variables. Without a second\nversion, the file as it is now: "pawl prompt diff mail-triage@production". A name alone is the file as last committed.',
    )
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action((before: string, after: string | undefined, options: Options) =>
      inWorld({ shell, finish, ...options }, (world) => diff(world, { before, after }, options, shell)),
    );
  prompt
    .command('log <prompt>')
    .summary('its versions, newest first, and what each of them changed')
    .description('The registered versions of a prompt, newest first: when, who, its labels, and what it changed.')
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action((name: string, options: Options) =>
      inWorld({ shell, finish, ...options }, (world) => log(world, name, options, shell)),
    );
  return prompt;
}

async function diff(
  world: World,
  { before, after }: { readonly before: string; readonly after: string | undefined },
  { json = false }: Options,
  shell: Shell,
): Promise<number> {
  const { name, ref } = wantedOf(before);
  const old = await (ref === undefined && after === undefined ? committed(world, name) : promptAt(world, before));
  const now = await promptAt(world, after ?? name);
  const problems = [...old.problems, ...now.problems];
  if (old.value === undefined || now.value === undefined) return showProblems(problems, shell, json);
  const comparison = comparePrompts(old.value, now.value);
  shell.out(json ? JSON.stringify(comparison, null, 2) : comparisonText(comparison, shell));
  return 0;
}

/** What the file is compared with where nothing is named: with itself there would be no difference, whatever changed. */
async function committed(world: World, name: string): Promise<Read<Prompt>> {
  const path = await pathOf(world, name);
  if (typeof path !== 'string') return { problems: [path] };
  const head = await world.history.resolve('HEAD');
  const was = head === undefined ? undefined : await readPromptAt(world, head, path);
  if (was === undefined) return { problems: [uncommitted(path)] };
  return readPrompt({ text: new TextDecoder().decode(was.bytes), file: was.path });
}

async function promptAt(world: World, text: string): Promise<Read<Prompt>> {
  const wanted = wantedOf(text);
  const path = await pathOf(world, wanted.name);
  if (typeof path !== 'string') return { problems: [path] };
  const file = await readAt(world, path, wanted);
  if (file.value === undefined) return { problems: file.problems };
  return readPrompt({ text: file.value.text, file: path });
}

/** What went stands in [-…-], what came in {+…+}, as Git's own word diff has them. */
function comparisonText(comparison: PromptComparison, shell: Shell): string {
  const lines: string[] = [];
  for (const { place, role, kind, words } of comparison.messages) {
    lines.push(`message ${place} (${role}) ${kind}`);
    const marked = words.map(({ kind: word, text }) =>
      word === 'same' ? text : word === 'removed' ? `[-${text}-]` : `{+${text}+}`,
    );
    lines.push(
      ...marked
        .join('')
        .split('\n')
        .map((line) => `  ${escapeTerminal(line)}`),
      '',
    );
  }
  lines.push(...valueLines(comparison.settings));
  for (const [word, names] of Object.entries(comparison.variables))
    if (names.length > 0) lines.push(`variables ${word}: ${escapeTerminal(names.join(', '))}`);
  if (comparison.evaluation.length > 0)
    lines.push(`also changed, and not told to a model: ${comparison.evaluation.map(({ name }) => name).join(', ')}`);
  const text = lines.join('\n').trimEnd();
  return text === '' || comparison.same
    ? [`A model is told the same.`, text].filter(Boolean).join('\n')
    : text.slice(0, shell.width * 10_000);
}

const valueLines = (changes: readonly ValueChange[]): readonly string[] =>
  changes.map(({ name, before, after }) => escapeTerminal(`${name}: ${before ?? 'not set'} → ${after ?? 'not set'}`));

interface Entry {
  readonly version: RegisteredVersion;
  readonly actor: string;
  readonly changed: string;
}

async function log(world: World, name: string, { json = false }: Options, shell: Shell): Promise<number> {
  const path = await pathOf(world, name);
  if (typeof path !== 'string') return showProblems([path], shell, json);
  const versions = await world.registry.list(name);
  const [newest] = versions;
  if (newest === undefined) return showProblems([unregistered(name)], shell, json);
  const actors = new Map((await world.registry.history(newest.name)).map((event) => [event.tag, event]));
  const prompts = await Promise.all(versions.map((version) => promptAt(world, `${name}@${version.version}`)));
  const entries = versions.map((version, index): Entry => {
    const registered = [...actors.values()].find(
      (event) => event.action === 'register' && event.version === version.version,
    );
    return { version, actor: registered?.actor ?? '', changed: changedLine(prompts[index], prompts[index + 1]) };
  });
  if (json) shell.out(JSON.stringify(entries, null, 2));
  else
    shell.out(
      table(
        ['version', 'when', 'who', 'labels', 'changed'],
        entries.map(({ version, actor, changed }) => [
          version.version,
          version.at.slice(0, 10),
          actor,
          version.labels.join(', '),
          changed,
        ]),
        shell.width,
      ),
    );
  return 0;
}

function changedLine(now: Read<Prompt> | undefined, before: Read<Prompt> | undefined): string {
  if (now?.value === undefined)
    return `unreadable: ${now?.problems.find((problem) => hasErrors([problem]))?.message ?? ''}`;
  if (before === undefined) return 'the first version';
  return before.value === undefined
    ? 'the version before it is unreadable'
    : comparisonLine(comparePrompts(before.value, now.value));
}

const uncommitted = (file: string): Problem => ({
  code: 'PROMPT_NOT_COMMITTED',
  severity: 'error',
  message: `"${file}" is not committed, so there is nothing to compare it with.`,
  hint: 'Commit it, or name two versions: "pawl prompt diff NAME@v1.0.0 NAME@production".',
  file,
});

const unregistered = (name: string): Problem => ({
  code: 'REGISTRY_UNKNOWN',
  severity: 'error',
  message: `The prompt "${name}" has no registered version.`,
  hint: `"pawl registry register ${name}" registers HEAD.`,
});
