// What the command's help lists. Each command is loaded when it is called: most of what they need they do not share.
import type { Command } from 'commander';
import type { Finish } from './in-world.ts';
import type { Shell } from './terminal-io.ts';

/** @param finish is told the exit code */
export type MakeCommand = (shell: Shell, finish: Finish, summary: string) => Command;

export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  load(): Promise<MakeCommand>;
}

export const judging: readonly ListedCommand[] = [
  {
    name: 'validate',
    summary: 'check data against a suite, and show what changed since the baseline',
    load: async () => (await import('./commands/validate.ts')).validateCommand,
  },
  {
    name: 'eval',
    summary: 'compare a prompt or suite with the one in production, case by case',
    load: async () => (await import('./commands/eval.ts')).evalCommand,
  },
  {
    name: 'gate',
    summary: 'compare a model with the one in production on the metrics that matter',
    load: async () => (await import('./commands/gate.ts')).gateCommand,
  },
  {
    name: 'drift',
    summary: 'say which columns drifted, by how much, and whether bad data is the cause',
    load: async () => (await import('./commands/drift.ts')).driftCommand,
  },
  {
    name: 'deploy',
    summary: 'roll a gated version out step by step, and back when it fails',
    load: async () => (await import('./commands/deploy.ts')).deployCommand,
  },
];

export const managing: readonly ListedCommand[] = [
  {
    name: 'run',
    summary: 'record, browse and compare the runs that Git holds',
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  {
    name: 'registry',
    summary: 'versions and labels of models and prompts, as Git tags',
    load: async () => (await import('./commands/registry.ts')).registryCommand,
  },
  {
    name: 'prompt',
    summary: 'the prompts of this repository, and their versions',
    load: async () => (await import('./commands/prompt.ts')).promptCommand,
  },
  {
    name: 'judge',
    summary: 'models that judge: how far people agree with them',
    load: async () => (await import('./commands/judge.ts')).judgeCommand,
  },
  {
    name: 'card',
    summary: 'model cards: NAME/README.md, as Hugging Face has them',
    load: async () => (await import('./commands/card.ts')).cardCommand,
  },
  {
    name: 'attestation',
    summary: 'what a gate found, signed, for those who do not see its run',
    load: async () => (await import('./commands/attestation.ts')).attestationCommand,
  },
  {
    name: 'store',
    summary: 'look after the refs that hold runs',
    load: async () => (await import('./commands/store.ts')).storeCommand,
  },
  {
    name: 'serve',
    summary: 'start the splitter that divides requests between versions',
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
];
