// The files and the log through which a step speaks to its runner. Written here, since @actions/core would more than
// double the code that every start has to load.
import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { workflowCommand, type Annotation } from '@pawl/core/report';
import type { OutputName } from './outputs.ts';
import type { Environment } from './runner.ts';

export interface RunnerFiles {
  setOutputs(values: Readonly<Partial<Record<OutputName, string>>>): Promise<void>;
  addSummary(markdown: string): Promise<void>;
  /** Plain text: the runner obeys no command in it, whatever it says. */
  log(text: string): void;
  annotate(annotation: Annotation): void;
  command(line: string): void;
}

export function runnerFilesOf(env: Environment, write: (text: string) => void): RunnerFiles {
  return {
    async setOutputs(values) {
      const file = env['GITHUB_OUTPUT'];
      if (file === undefined || file === '') return;
      // A delimiter that nobody can guess: a value with the delimiter in it could set other outputs.
      const delimiter = `pawl-${randomUUID()}`;
      const lines = Object.entries(values).map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
      await appendFile(file, lines.join(''));
    },
    async addSummary(markdown) {
      const file = env['GITHUB_STEP_SUMMARY'];
      if (file !== undefined && file !== '') await appendFile(file, `${markdown}\n`);
    },
    log(text) {
      if (env['GITHUB_ACTIONS'] !== 'true' || !/::|##\[/.test(text)) return write(`${text}\n`);
      const token = randomUUID();
      write(`::stop-commands::${token}\n${text}\n::${token}::\n`);
    },
    annotate(annotation) {
      write(`${workflowCommand(annotation)}\n`);
    },
    command(line) {
      write(`${line}\n`);
    },
  };
}
