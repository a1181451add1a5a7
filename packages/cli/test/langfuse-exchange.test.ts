// pawl prompt push | pull with a Langfuse project: there, moved there by somebody, and back.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitRepo } from '@pawl/testkit/git';
import { startLoopbackLangfuse } from '@pawl/testkit/langfuse';
import { expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const keys = { publicKey: 'pk-lf-1', secretKey: 'sk-lf-1' };
const file = 'prompts/greet.prompt.yml';
const prompt = (words: string): string =>
  `# reviewed by Ada\nmodel: small\nmessages:\n  - {role: system, content: "${words}"}\n  - {role: user, content: "{{question}}"}\ntestData: [{question: q, expected: a}]\nevaluators:\n  - {name: is, string: {equals: "{{expected}}"}}\n`;

test('versions go there once; what somebody wrote there comes back, and cases and comments stay', async () => {
  await using langfuse = await startLoopbackLangfuse(keys);
  await using repo = await gitRepo({ [file]: prompt('Be kind.') });
  const place = {
    path: repo.path,
    environment: { ...repo.environment, LANGFUSE_PUBLIC_KEY: keys.publicKey, LANGFUSE_SECRET_KEY: keys.secretKey },
  };
  await pawlIn(repo, 'registry', 'register', 'greet', '-m', 'first');
  await pawlIn(repo, 'registry', 'label', 'greet@v0.1.0', 'staging', '-m', 'try');
  const address = `langfuse:${langfuse.url}`;
  const pushed = await pawlIn(place, 'prompt', 'push', 'greet', '--to', address);
  expect(pushed).toMatchObject({
    code: 0,
    out: 'greet@v0.1.0 is version 1 in Langfuse.\nThe label staging of greet is now version 1.\n1 version pushed.\n',
  });
  expect((await pawlIn(place, 'prompt', 'push', 'greet', '--to', address)).out).toBe(
    '0 versions pushed; 1 there already.\n',
  );

  langfuse.prompts.push({
    name: 'greet',
    version: 2,
    type: 'chat',
    prompt: [
      { role: 'system', content: 'Be kind and brief.' },
      { role: 'user', content: '{{question}}' },
    ],
    config: { model: 'small', temperature: 1, mood: 'good' },
    labels: ['production'],
    tags: [],
    commitMessage: 'shorter\u001B[2J\nforged',
  });
  const pulled = await pawlIn(place, 'prompt', 'pull', 'greet', '--from', address, '--labels');
  const text = await readFile(join(repo.path, file), 'utf8');
  expect(pulled.out).toContain(`${file} is now version 2 of Langfuse: shorter forged`);
  expect(pulled.err).toContain('has settings that a *.prompt.yml does not hold: mood');
  expect(pulled.err).toContain('The label production of greet is version 2, and no version here says the same.');
  expect(text).toContain('# reviewed by Ada');
  expect(text).toContain('Be kind and brief.');
  expect(text).toContain('temperature: 1');
  expect(text).toContain('equals: "{{expected}}"');
});

test('a version that somebody edited there is not the one whose config it was given', async () => {
  await using langfuse = await startLoopbackLangfuse(keys);
  await using repo = await gitRepo({ [file]: prompt('Be kind.') });
  const place = {
    path: repo.path,
    environment: { ...repo.environment, LANGFUSE_PUBLIC_KEY: keys.publicKey, LANGFUSE_SECRET_KEY: keys.secretKey },
  };
  await pawlIn(repo, 'registry', 'register', 'greet', '-m', 'first');
  const address = `langfuse:${langfuse.url}`;
  await pawlIn(place, 'prompt', 'push', 'greet', '--to', address);
  const [first] = langfuse.prompts;
  if (first === undefined) throw new Error('nothing was pushed');
  langfuse.prompts.push({
    ...first,
    version: 2,
    prompt: [{ role: 'user', content: 'Be rude: {{question}}' }],
    labels: ['production'],
  });
  const pulled = await pawlIn(place, 'prompt', 'pull', 'greet', '--from', address, '--at', '1', '--labels');

  expect(pulled.err).toContain('The label production of greet is version 2, and no version here says the same.');
  expect((await pawlIn(repo, 'registry', 'list', '--json')).out).not.toContain('production');
});

test('without keys nothing is asked', async () => {
  await using langfuse = await startLoopbackLangfuse(keys);
  await using repo = await gitRepo({ [file]: prompt('Be kind.') });
  const said = await pawlIn(repo, 'prompt', 'push', 'greet', '--to', `langfuse:${langfuse.url}`);
  expect(said.code).toBe(2);
  expect(said.err).toContain('LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY');
  expect(langfuse.requests).toEqual([]);
});
