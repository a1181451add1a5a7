// pawl prompt export: a label's prompts as one JSON file, for applications in any language.
import { createHash } from 'node:crypto';
import { hasErrors, promptDigest, readPrompt, type Problem } from '@pawl/core';
import { exportPrompts, type LabelledPrompt } from '@pawl/core/prompt-history';
import type { World } from '@pawl/wiring';
import { Option, type Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { readAt } from '../read-at.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';

interface Options {
  readonly label: string;
  readonly output?: string;
  readonly json?: boolean;
  readonly directory?: string;
}

/** Adds `export` to `pawl prompt`. */
export function addPromptExport(prompt: Command, shell: Shell, finish: Finish): Command {
  prompt
    .command('export')
    .summary('the prompts of a label as one JSON file, for applications in any language')
    .description(
      'Write all prompts that hold a label into one JSON file: messages, model, parameters, version and digest. The same\nversions give the same bytes. An application reads the file and needs neither Git nor Pawl.',
    )
    .addOption(new Option('--label <label>', 'which versions').default('production'))
    .option('-o, --output <file>', 'where to write, from the root of the repository; default: standard output')
    .option('--json', 'print problems as JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action((options: Options) =>
      inWorld({ shell, finish, ...options }, (world) => exportLabel(world, options, shell)),
    );
  return prompt;
}

async function exportLabel(world: World, { label, output, json = false }: Options, shell: Shell): Promise<number> {
  const versions = (await world.registry.list()).filter(({ labels }) => labels.includes(label));
  const found: LabelledPrompt[] = [];
  const problems: Problem[] = [];
  for (const { name, version, commit } of versions) {
    // Where it lay then: it may have been moved since, or be no prompt but a model.
    const [path, other] = await world.history.list(commit, `**/${name.slice(name.lastIndexOf('/') + 1)}.prompt.yml`);
    if (path === undefined) continue;
    if (other !== undefined) problems.push(twice({ name, version }, [path, other]));
    const file = await readAt(world, path, { name, ref: `${name}@${version}` });
    const read = file.value === undefined ? undefined : readPrompt({ text: file.value.text, file: path });
    if (read?.value === undefined) problems.push(...(read?.problems ?? file.problems));
    else found.push({ name, version, commit, digest: promptDigest(read.value, sha256), prompt: read.value });
  }
  if (found.length === 0 && problems.length === 0) problems.push(nobody(label));
  // A file with a prompt missing would break whoever reads it: all or nothing.
  if (hasErrors(problems)) return showProblems(problems, shell, json);
  const text = `${JSON.stringify(exportPrompts(label, found), null, 2)}\n`;
  if (output === undefined) shell.out(text.trimEnd());
  else {
    await world.workspace.write(output, text);
    shell.err(`${found.length} ${found.length === 1 ? 'prompt' : 'prompts'} at "${label}" written to ${output}.`);
  }
  return 0;
}

const twice = (
  { name, version }: { readonly name: string; readonly version: string },
  paths: readonly string[],
): Problem => ({
  code: 'PROMPT_AMBIGUOUS',
  severity: 'error',
  message: `${name}@${version} may be ${paths.join(' or ')}.`,
  hint: 'A prompt is called as its file is, once in a repository: rename one, and register a new version.',
});

const nobody = (label: string): Problem => ({
  code: 'LABEL_UNKNOWN',
  severity: 'error',
  message: `No prompt holds the label "${label}".`,
  hint: `"pawl registry label NAME@v1.0.0 ${label}" gives it.`,
});

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;
