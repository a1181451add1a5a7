import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRegistry } from '@pawl/git';
import { openPrompts } from '@pawl/prompts';
import { bareRemote, cloneOf, gitRepo, userStateOf, type BareRemote, type GitRepo } from '@pawl/testkit/git';
import { loopbackHttp } from '@pawl/testkit/http-service';
import { expect, test } from 'vitest';

const file = 'prompts/greet.prompt.yml';
const text = (words: string): string =>
  `model: small\nmodelParameters: {temperature: 0}\nresponseFormat: json_object\nmessages:\n  - {role: system, content: "${words}"}\n  - {role: user, content: "{{question}}"}\n`;

interface Scene extends AsyncDisposable {
  /** Where prompts are written. */
  readonly author: GitRepo;
  /** What the application runs beside. */
  readonly clone: GitRepo;
  readonly remote: BareRemote;
  /** Commits, registers and labels a new version; the application's clone knows nothing of it. */
  publish(words: string): Promise<void>;
}

async function scene(): Promise<Scene> {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(await bareRemote());
  const author = stack.use(await gitRepo({ [file]: text('Be kind.') }));
  await author.publishTo(remote);
  const registry = stack.use(
    await openRegistry({ repository: author.path, remote: 'origin', environment: author.environment }),
  );
  const release = async (): Promise<void> => {
    const commit = (await author.git('rev-parse', 'HEAD')).trim();
    const { version } = await registry.register({ name: 'greet', commit, message: 'new' });
    await registry.label({ name: 'greet', version, label: 'production', message: 'go' });
  };
  await release();
  const clone = stack.use(await cloneOf(remote));
  return {
    author,
    clone,
    remote,
    publish: async (words) => {
      await author.write({ [file]: text(words) });
      await author.commit(words);
      await author.git('push', '--quiet', 'origin', 'HEAD');
      await release();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test('a moved label reaches a running application without a deploy, and its clone keeps its state', async () => {
  await using here = await scene();
  const before = await userStateOf(here.clone);
  let clock = 0;
  await using prompts = await openPrompts({
    repository: here.clone.path,
    environment: here.clone.environment,
    now: () => clock,
  });
  const first = await prompts.get('greet@production');
  expect(first).toMatchObject({ version: 'v0.1.0', model: 'small', parameters: { temperature: 0 }, stale: false });
  expect(first.responseFormat).toEqual({ type: 'json_object' });
  expect(first.render({ question: 'Hi {{x}}?' })).toEqual([
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hi {{x}}?' },
  ]);
  await here.publish('Be brief.');
  expect((await prompts.get('greet@production')).version).toBe('v0.1.0');
  clock += 60_000;
  const moved = await prompts.get('greet@production');
  expect(moved.version).toBe('v0.1.1');
  expect(moved.digest).not.toBe(first.digest);
  expect((await prompts.get('greet@v0.1.0')).messages[0]?.content).toBe('Be kind.');
  expect(await userStateOf(here.clone)).toEqual(before);
});

test('when the repository cannot be reached the last answer is given, said to be stale, and not for ever', async () => {
  await using here = await scene();
  let clock = 0;
  const told: number[] = [];
  await using prompts = await openPrompts({
    repository: here.clone.path,
    environment: here.clone.environment,
    now: () => clock,
    staleFor: 100_000,
    onStale: ({ ageMs }) => told.push(ageMs),
  });
  await prompts.get('greet@production');
  await rename(here.remote.path, `${here.remote.path}-away`);
  clock = 61_000;
  expect(await prompts.get('greet@production')).toMatchObject({ version: 'v0.1.0', stale: true });
  expect(told).toEqual([61_000]);
  clock = 200_000;
  await expect(prompts.get('greet@production')).rejects.toMatchObject({ code: 'PROMPTS_UNREADABLE' });
  await rename(`${here.remote.path}-away`, here.remote.path);
  expect(await prompts.get('greet@production')).toMatchObject({ stale: false });
});

test('a network that swallows everything holds nobody up who has an older answer', async () => {
  await using here = await scene();
  const settings = join(here.clone.path, '.git', 'settings-of-the-user');
  await writeFile(settings, '');
  let clock = 0;
  const told: unknown[] = [];
  await using prompts = await openPrompts({
    repository: here.clone.path,
    environment: { ...here.clone.environment, GIT_CONFIG_GLOBAL: settings },
    now: () => clock,
    waitFor: 50,
    onStale: ({ error }) => told.push(error),
  });
  await prompts.get('greet@production');
  // Answers nothing, ever; it ends before the client does. From now on Git finds it where the remote was.
  await using silent = await loopbackHttp(() => undefined);
  await writeFile(settings, `[url "${silent.url}/repository.git"]\n\tinsteadOf = ${here.remote.url}\n`);
  clock = 61_000;

  expect(await prompts.get('greet@production')).toMatchObject({ version: 'v0.1.0', stale: true });
  expect(told).toMatchObject([{ code: 'PROMPTS_UNREADABLE', message: expect.stringContaining('within 0.05 s') }]);
});

test('a folder of a repository may be opened, and prompts below it are found', async () => {
  await using here = await scene();
  const { environment, path } = here.clone;
  await using prompts = await openPrompts({ repository: `${path}/prompts`, environment });

  expect((await prompts.get('greet@production')).messages[0]?.content).toBe('Be kind.');
});

test('what is not registered, a variable without a value and no name at all are each told', async () => {
  await using here = await scene();
  await using prompts = await openPrompts({ repository: here.clone.path, environment: here.clone.environment });
  await expect(prompts.get('greet@staging')).rejects.toMatchObject({ code: 'PROMPTS_UNKNOWN' });
  await expect(prompts.get('greet')).rejects.toMatchObject({ code: 'PROMPTS_UNKNOWN' });
  const prompt = await prompts.get('greet@latest');
  expect(() => prompt.render({})).toThrow('The prompt needs "question".');
});

test('values go in as they do in an evaluation: plain names alone, and nothing else of a template language', async () => {
  await using here = await scene();
  await here.publish('{% if x %}Write {# this #} as {{ question | upper }}: {{ question }}{% endif %}');
  await using prompts = await openPrompts({ repository: here.clone.path, environment: here.clone.environment });
  const prompt = await prompts.get('greet@production');
  expect(prompt.render({ question: ['a', 1] })[0]?.content).toBe(
    '{% if x %}Write {# this #} as {{ question | upper }}: ["a",1]{% endif %}',
  );
});
