// What needs no grammar. Statements of eleven dialects, next to promptfoo: sql.interop.test.ts.
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from '@pawl/testkit/git';
import { expect, test } from 'vitest';
import { sqlGrammars } from '../src/sql-grammars.ts';

test('does not read what is too long, and fetches nothing for it', async () => {
  const said: string[] = [];
  const grammars = sqlGrammars({ toolCache: join(tmpdir(), 'pawl-none'), progress: (message) => said.push(message) });
  expect(await grammars.read('x'.repeat(200_001), { database: 'MySQL' })).toMatchObject({
    failure: expect.stringContaining('more than 200000 characters'),
  });
  expect(said).toEqual([]);
  await grammars.close();
});

test('a grammar that cannot be fetched is asked for once, however many cases need it', async () => {
  await using folder = await temporaryFolder();
  const [npm, log] = [join(folder.path, 'npm'), join(folder.path, 'calls')];
  const script = `#!${process.execPath}\nrequire('node:fs').appendFileSync(${JSON.stringify(log)}, 'asked\\n'); process.exit(1);`;
  await writeFile(npm, script, { mode: 0o755 });
  const grammars = sqlGrammars({ toolCache: join(folder.path, 'cache'), npm });
  const read = () => grammars.read('select 1', { database: 'MySQL' });
  const together = await Promise.all([read(), read(), read()]);
  const after = [await read(), await read()];
  await grammars.close();

  expect(new Set([...together, ...after].map((each) => 'failure' in each && each.failure)).size).toBe(1);
  expect(together[0]).toMatchObject({ failure: expect.stringContaining('the parser of SQL cannot be had') });
  expect(await readFile(log, 'utf8')).toBe('asked\n');
});
