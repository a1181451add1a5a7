// Tables of a benchmark that the documentation shows, between marks that name the benchmark.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from './project-root.ts';

/** Where each benchmark's tables are shown. */
export const tablesIn: Readonly<Partial<Record<string, string>>> = {
  'prompt-gate': 'docs/statistics.md',
  'gate-rates': 'docs/gate/decision.md',
};

/** @throws Error when the marks are gone */
export async function updateTables(bench: string, page: string, tables: readonly string[]): Promise<void> {
  const file = join(projectRoot, page);
  const text = await readFile(file, 'utf8');
  const [begin, end] = [`<!-- table: npm run bench -- ${bench} -->`, '<!-- end of table -->'];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < from) throw new Error(`${page} has no place for the tables of ${bench}`);
  await writeFile(file, `${text.slice(0, from + begin.length)}\n\n${tables.join('\n\n')}\n\n${text.slice(to)}`);
}
