// npm start. Leaves its repository and reports in .pawl/start, which Git ignores, to be looked at.
import { join, relative } from 'node:path';
import { projectRoot } from './material.ts';
import { narrator } from './narrate.ts';
import { walk } from './walk.ts';

const started = performance.now();
const folder = join(projectRoot, '.pawl', 'start');
const tell = narrator((text) => process.stdout.write(text), {
  width: Math.min(process.stdout.columns ?? 110, 120),
  colour: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
});
process.stdout.write(
  'Pawl: data, prompts and models move forward only when the evidence says so, and Git remembers why.\n',
);
try {
  await walk({ folder, tell });
  process.stdout.write(`\nThe whole loop held, in ${Math.round((performance.now() - started) / 1000)} s.\n`);
} catch (error) {
  process.stdout.write(
    `\nThe walk stopped.\n${error instanceof Error ? error.message : String(error)}\nWhat it left is in ${relative(process.cwd(), folder)}.\n`,
  );
  process.exitCode = 1;
}
