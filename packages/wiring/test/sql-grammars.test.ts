// What needs no grammar. Statements of eleven dialects, next to promptfoo: sql.interop.test.ts.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
