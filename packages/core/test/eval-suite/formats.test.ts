// fixtures/formats/{eval-yml,prompty}: what each file becomes, and what is refused with which words at which place.
import * as z from 'zod/mini';
import { expect, test } from 'vitest';
import { EvalYml } from '../../src/formats/eval-yml.ts';
import { formats, foldersOf, readFolder } from './suite-folder.ts';
import { told } from './told.ts';

const folders = (kind: 'valid' | 'invalid') =>
  ['eval-yml', 'prompty'].flatMap((format) =>
    foldersOf(`${format}/${kind}`).map((name) => `${format}/${kind}/${name}`),
  );

test.each(folders('valid'))('%s is read whole', async (folder) => {
  const { value, problems } = await readFolder(folder);

  expect(problems).toEqual([]);
  const { inputs: _inputs, ...suite } = value!;
  await expect(`${JSON.stringify(suite, undefined, 2)}\n`).toMatchFileSnapshot(
    new URL(`${folder}/suite.json`, formats).pathname,
  );
});

test.each(folders('invalid'))('%s is refused with the place of each mistake', async (folder) => {
  const { value, problems } = await readFolder(folder);

  expect(value).toBeUndefined();
  await expect(told(problems)).toMatchFileSnapshot(new URL(`${folder}/problems.txt`, formats).pathname);
});

test('the published JSON Schema of *.eval.yml is what is checked', async () => {
  const schema = z.toJSONSchema(EvalYml, { io: 'input' });
  await expect(`${JSON.stringify({ title: 'pawl eval suite', ...schema }, undefined, 2)}\n`).toMatchFileSnapshot(
    new URL('eval-yml/eval.schema.json', formats).pathname,
  );
});
