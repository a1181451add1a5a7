// Runs the real promptfoo over many folders in one process, since it takes seconds to start.
// Usage: node peer.mjs HOME FOLDER...: HOME holds node_modules/promptfoo, a folder a promptfooconfig.yaml. Each gets an
// out.json of promptfoo's own; what `promptfoo eval` would exit with goes to exit.json in the first folder's parent.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [home, ...folders] = process.argv.slice(2).map((path) => resolve(path));
const entry = pathToFileURL(join(home, 'node_modules/promptfoo/dist/src/index.js')).href;
// What the command runs is not exported: `evaluate` is, and reads no references, files or environment of a config.
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (url !== entry) return loaded;
    return { ...loaded, source: `${Buffer.from(loaded.source).toString()}\nexport { doEval as evaluateCommand };\n` };
  },
});
const { evaluateCommand } = await import(entry);

const told = {};
for (const folder of folders) {
  process.chdir(folder);
  process.exitCode = 0;
  const options = { cache: false, write: false, table: false, progressBar: false, share: false };
  let failure;
  try {
    await evaluateCommand({ config: ['promptfooconfig.yaml'], output: ['out.json'], ...options }, {}, undefined, {
      eventSource: 'cli',
      showProgressBar: false,
    });
  } catch (error) {
    failure = String(error);
  }
  // A config that cannot be read ends the command with 1.
  told[folder] = failure === undefined ? { code: process.exitCode } : { code: 1, failure };
}
writeFileSync(join(dirname(folders[0]), 'exit.json'), JSON.stringify(told));
process.exit(0);
