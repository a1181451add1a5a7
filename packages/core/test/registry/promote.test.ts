import { promptDigest, readPrompt, type PromotionPolicy, type Run } from '@pawl/core';
import { promote, promotionsOf, type Person, type PromotionRequest } from '@pawl/core/registry';
import {
  fakeClock,
  fakeContext,
  fakeIds,
  fakeWorkspace,
  makeRun,
  memoryHistory,
  memoryRegistry,
  memoryStore,
} from '@pawl/core/testing';
import { describe, expect, test } from 'vitest';

const commits = ['a', 'b'].map((letter) => letter.repeat(40));
const ada: Person = { name: 'Ada', email: 'ada@example.com' };
const prompt = (text: string) => `messages:\n  - { role: user, content: ${text} }\n`;
const policy = `name: flight
task: classification
model: models/flight.onnx
data: { path: d.csv, id: id, label: late }
metrics: { accuracy: { minimum: 0.5 } }
`;

interface Options {
  readonly files?: Readonly<Record<string, string>>;
  readonly committed?: Readonly<Record<string, string>>;
}

/** Two versions of the model `flight`, and of the prompt `mail`, each on its own commit. */
async function world({ files, committed = {} }: Options = {}) {
  const clock = fakeClock();
  const ids = fakeIds(clock);
  const store = memoryStore();
  const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
  const registry = memoryRegistry(clock, iso);
  const tree = files ?? { 'flight.gate.yml': policy, 'prompts/mail.prompt.yml': prompt('now') };
  const history = memoryHistory({
    commits: commits.map((commit, index) => ({
      commit,
      parents: [],
      time: index,
      files: { 'models/flight.onnx': `model ${index}`, 'prompts/mail.prompt.yml': prompt(`v${index}`), ...committed },
    })),
    refs: {},
  });
  const { sha256 } = fakeContext();
  for (const name of ['flight', 'mail'])
    for (const commit of commits) await registry.register({ name, commit, message: 'new' });
  clock.advance(86_400_000);
  return {
    clock,
    store,
    registry,
    digestOf: (index: number) => sha256(new TextEncoder().encode(`model ${index}`)),
    run: async (overrides: Partial<Run> = {}) => {
      const run = makeRun({
        id: ids.next(),
        name: 'flight',
        headline: 'the headline',
        startedAt: iso(clock.now()),
        subject: { name: 'flight', digest: sha256(new TextEncoder().encode('model 0')) },
        baseline: { source: 'none' },
        ...overrides,
      });
      await store.add({ runs: [{ run, results: {} }], operations: [] });
      return run.id;
    },
    label: async (name: string, version: string, more: Partial<PromotionRequest> = {}) => {
      const found = await registry.resolve(name, version);
      if (found === undefined) throw new Error(`${name}@${version} is not there.`);
      return promote(
        { version: found, label: 'production', force: false, person: ada, policies: [], ...more },
        { workspace: fakeWorkspace(tree), history, registry, store, clock, ids, sha256 },
      );
    },
    holder: async (name: string, label = 'production') => (await registry.resolve(name, label))?.version,
    notes: () => store.operations(promotionsOf('flight')),
  };
}

const last = async ({ registry }: Awaited<ReturnType<typeof world>>, name = 'flight') =>
  (await registry.history(name)).at(-1);

describe('production, without any policy in pawl.yml', () => {
  test.each(['policy', 'data'] as const)(
    'refuses a pass that was given another %s than lies there now',
    async (role) => {
      const files = { 'flight.gate.yml': policy, 'd.csv': 'id,late\n1,0\n' };
      const at = await world({ files });
      const path = role === 'policy' ? 'flight.gate.yml' : 'd.csv';
      const now = await fakeWorkspace(files).fingerprint(path);
      await at.run({ inputs: [{ role, path, digest: `sha256:${'0'.repeat(64)}` }] });
      expect(await at.label('flight', 'v0.1.0')).toMatchObject({
        state: 'refused',
        verdict: 'inconclusive',
        problem: { message: expect.stringContaining(`passed with another ${role} (${path} has changed since)`) },
      });
      at.clock.advance(1000);
      await at.run({ inputs: [{ role, path, digest: now!.digest }] });
      expect(await at.label('flight', 'v0.1.0')).toMatchObject({ state: 'moved' });
    },
  );

  test('refuses a pass by a policy that lies nowhere now, and asks nothing of data that lie elsewhere', async () => {
    const at = await world({ files: { 'flight.gate.yml': policy } });
    const digest = `sha256:${'0'.repeat(64)}`;
    await at.run({ inputs: [{ role: 'data', path: 'elsewhere.csv', digest }] });
    expect(await at.label('flight', 'v0.1.0')).toMatchObject({ state: 'moved' });
    const gone = await world({ files: { 'flight.gate.yml': policy } });
    await gone.run({ inputs: [{ role: 'policy', path: 'lenient.gate.yml', digest }] });
    expect(await gone.label('flight', 'v0.1.0')).toMatchObject({ state: 'refused', verdict: 'inconclusive' });
  });

  test.each([{ policy: 'inputs' }, { rows: 'inputs' }])(
    'does not count a run whose rule or rows were given by hand: %j',
    async (params) => {
      const at = await world();
      await at.run({ params });
      expect(await at.label('flight', 'v0.1.0')).toMatchObject({
        state: 'refused',
        problem: { message: expect.stringContaining('no eval-gate run has judged these bytes') },
      });
    },
  );

  test('a prompt goes forward when each suite that judged it says so, and not by the last of them', async () => {
    const at = await world();
    const text = prompt('v0');
    const file = readPrompt({ text, file: 'prompts/mail.prompt.yml' });
    const digest = promptDigest(file.value!, fakeContext().sha256);
    const judged = (name: string, verdict: Run['verdict']) =>
      at.run({ kind: 'prompt-regression', name, verdict, subject: { name, digest } });
    const mail = await judged('mail', 'pass');
    await judged('mail-tone', 'fail');
    await judged('mail', 'pass');
    expect(await at.label('mail', 'v0.1.0')).toMatchObject({ state: 'refused', verdict: 'fail' });
    await judged('mail-tone', 'pass');
    const { gates } = (await at.label('mail', 'v0.1.0')) as { gates: readonly string[] };
    expect(gates).toHaveLength(1);
    expect(gates).not.toContain(mail);
  });

  test('asks for a gate that passed on exactly these bytes, and the tag names its run', async () => {
    const at = await world();
    const run = await at.run();
    expect(await at.label('flight', 'v0.1.0', { message: 'It won' })).toEqual({ state: 'moved', gates: [run] });
    expect(await at.holder('flight')).toBe('v0.1.0');
    expect(await last(at)).toMatchObject({ gate: run, message: `It won\n\nPawl-Gate: ${run}` });
    expect(await at.notes()).toEqual([]);
    expect(await at.label('flight', 'v0.1.1')).toMatchObject({
      state: 'refused',
      verdict: 'inconclusive',
      problem: {
        code: 'REGISTRY_GATE_MISSING',
        message: expect.stringMatching(
          /^flight@v0\.1\.1 does not become production: no eval-gate run has judged these bytes \(sha256:.{12}…\)\.$/,
        ),
        hint: expect.stringContaining('--force --message WHY'),
      },
    });
    expect(await at.holder('flight')).toBe('v0.1.0');
  });

  test.each([
    ['fail', 'fail', true],
    ['error', 'error', true],
    ['inconclusive', 'inconclusive', false],
    [undefined, 'inconclusive', false],
  ] as const)(
    'a newest run that says %s refuses it, and force overrules thin evidence only',
    async (verdict, exit, final) => {
      const at = await world();
      await at.run();
      at.clock.advance(1000);
      const { verdict: _, ...rest } = { verdict, startedAt: new Date(at.clock.now()).toISOString() };
      await at.run(verdict === undefined ? { ...rest, verdict: undefined as never } : { ...rest, verdict });
      expect(await at.label('flight', 'v0.1.0')).toMatchObject({ state: 'refused', verdict: exit });
      const forced = await at.label('flight', 'v0.1.0', { force: true, message: 'we must' });
      if (final) {
        expect(forced).toMatchObject({ state: 'refused', problem: { code: 'REGISTRY_GATE_FAILED' } });
        expect(await at.holder('flight')).toBeUndefined();
      } else {
        expect(forced).toMatchObject({
          state: 'moved',
          forced: expect.stringContaining('its newest eval-gate run says'),
        });
      }
    },
  );

  test('what is forced is recorded in the tag and in the store', async () => {
    const at = await world();
    await at.label('flight', 'v0.1.1', { force: true, message: 'Data comes tomorrow\nPawl-Gate: 01FORGED' });
    const event = await last(at);
    expect(event?.forced).toContain('no eval-gate run has judged these bytes');
    expect(event?.gate).toBeUndefined();
    expect(event?.message).toContain('Data comes tomorrow\n Pawl-Gate: 01FORGED\n\nPawl-Forced: no eval-gate run');
    expect(await at.notes()).toMatchObject([
      {
        kind: 'note',
        about: 'registry/flight',
        actor: 'Ada',
        data: {
          promotion: 'forced',
          version: 'v0.1.1',
          label: 'production',
          why: expect.stringContaining('Data comes tomorrow'),
          forced: expect.stringContaining('no eval-gate run has judged these bytes'),
          gates: [],
        },
      },
    ]);
  });

  test('is forced by those alone whom the gate policy names, and moved by anybody once it passed', async () => {
    const files = { 'flight.gate.yml': `${policy}override: { by: [grace@example.com] }\n` };
    const at = await world({ files });
    const grace: Person = { name: 'Grace', email: 'grace@example.com' };
    expect(await at.label('flight', 'v0.1.0', { force: true, message: 'we must' })).toMatchObject({
      state: 'refused',
      verdict: 'fail',
      problem: { code: 'REGISTRY_OVERRIDE_NOT_ALLOWED', message: expect.stringContaining('Ada may not force flight') },
    });
    expect(await at.holder('flight')).toBeUndefined();
    await at.run();
    expect(await at.label('flight', 'v0.1.0', { force: true, message: 'we must' })).toMatchObject({ state: 'moved' });
    expect(await at.label('flight', 'v0.1.1', { force: true, message: 'we must', person: grace })).toMatchObject({
      state: 'moved',
      forced: expect.any(String),
    });
  });

  test('is not forced without a reason', async () => {
    const at = await world();
    for (const message of [undefined, '  ']) {
      const refused = await at.label('flight', 'v0.1.1', { force: true, ...(message !== undefined && { message }) });
      expect(refused).toMatchObject({ state: 'refused', problem: { code: 'REGISTRY_FORCE_REASON' } });
      expect(refused).not.toHaveProperty('verdict');
    }
  });

  test("believes neither a fork's run nor an advisory one, and no run about other bytes", async () => {
    const at = await world();
    await at.run({ origin: { trust: 'fork' } });
    await at.run({ advisory: true });
    await at.run({ params: { policy: 'inputs' } });
    await at.run({ subject: { name: 'flight', digest: at.digestOf(1) } });
    expect(await at.label('flight', 'v0.1.0')).toMatchObject({ verdict: 'inconclusive' });
  });

  test('absolute bounds are enough for a first version, and not beside one in production', async () => {
    const at = await world();
    await at.run();
    await at.label('flight', 'v0.1.0');
    at.clock.advance(60_000);
    await at.run({ subject: { name: 'flight', digest: at.digestOf(1) } });
    expect(await at.label('flight', 'v0.1.1')).toMatchObject({
      state: 'refused',
      problem: { message: expect.stringContaining('compared it with nothing, though a version held production') },
    });
    at.clock.advance(60_000);
    const compared = await at.run({
      subject: { name: 'flight', digest: at.digestOf(1) },
      baseline: { source: 'label', version: 'v0.1.0' },
    });
    expect(await at.label('flight', 'v0.1.1')).toEqual({ state: 'moved', gates: [compared] });
  });

  test.each([
    ['a file', { source: 'file', name: 'weak.onnx' }, 'compared it with weak.onnx'],
    ['another version', { source: 'version', name: 'flight', version: 'v0.0.1' }, 'compared it with v0.0.1'],
    ['a branch', { source: 'ref', name: 'old' }, 'compared it with old'],
  ] as const)('refuses a pass against %s where a version holds the label', async (_, baseline, words) => {
    const at = await world();
    await at.run();
    await at.label('flight', 'v0.1.0');
    at.clock.advance(60_000);
    const subject = { name: 'flight', digest: at.digestOf(1) };
    await at.run({ subject, baseline });
    expect(await at.label('flight', 'v0.1.1')).toMatchObject({
      state: 'refused',
      verdict: 'inconclusive',
      problem: { message: expect.stringContaining(`${words}, and not with the version that held production`) },
    });
    at.clock.advance(60_000);
    const held = await at.run({ subject, baseline: { source: 'version', name: 'flight', version: 'v0.1.0' } });
    expect(await at.label('flight', 'v0.1.1')).toEqual({ state: 'moved', gates: [held] });
  });

  test('asks a prompt for its prompt-regression run', async () => {
    const at = await world();
    await at.run();
    expect(await at.label('mail', 'v0.1.0')).toMatchObject({
      problem: { message: expect.stringContaining('no prompt-regression run has judged these bytes') },
    });
  });

  test('does nothing when the version holds the label already, and asks nobody', async () => {
    const at = await world();
    const run = await at.run();
    await at.label('flight', 'v0.1.0');
    const tags = at.registry.tags.length;
    await at.run({ verdict: 'fail' });
    expect(await at.label('flight', 'v0.1.0')).toEqual({ state: 'unchanged', gates: [] });
    expect(at.registry.tags).toHaveLength(tags);
    expect(run).toBeDefined();
  });

  test.each([
    ['nothing says which files it stands for', {}, {}, 'no *.prompt.yml, *.deploy.yml or *.gate.yml says which files'],
    [
      'two policies name different files',
      { 'a.gate.yml': policy, 'b.gate.yml': policy.replace('flight.onnx', 'other.onnx') },
      {},
      'a.gate.yml and b.gate.yml name different files as the model "flight"',
    ],
    [
      'the commit has no such file',
      { 'a.gate.yml': policy.replace('flight.onnx', 'other.onnx') },
      {},
      'commit aaaaaaa has no models/other.onnx',
    ],
  ])('could not have been judged when %s, which can be forced', async (_, files, committed, message) => {
    const at = await world({ files, committed });
    await at.run();
    expect(await at.label('flight', 'v0.1.0')).toMatchObject({
      verdict: 'inconclusive',
      problem: { message: expect.stringContaining(message) },
    });
    expect(await at.label('flight', 'v0.1.0', { force: true, message: 'x' })).toMatchObject({ state: 'moved' });
  });

  test('knows the bytes behind a pointer of Git LFS', async () => {
    const oid = '5'.repeat(64);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 12\n`;
    const at = await world({ committed: { 'models/flight.onnx': pointer } });
    const run = await at.run({ subject: { name: 'flight', digest: `sha256:${oid}` } });
    expect(await at.label('flight', 'v0.1.1')).toEqual({ state: 'moved', gates: [run] });
  });

  test('other labels are free', async () => {
    const at = await world();
    expect(await at.label('flight', 'v0.1.1', { label: 'staging' })).toEqual({ state: 'moved', gates: [] });
    expect(await last(at)).toMatchObject({ label: 'staging', message: 'Label flight@v0.1.1 staging' });
  });
});

describe('policies of pawl.yml', () => {
  const rule = (more: Partial<PromotionPolicy>): readonly PromotionPolicy[] => [
    { name: '**', labels: ['production'], ...more },
  ];

  test.each([
    ['a name', { who: ['ada'] }, ada, true],
    ['an e-mail address', { who: ['ADA@example.com'] }, ada, true],
    ['a handle, in a workflow', { who: ['@ada-l'] }, { ...ada, githubActor: 'Ada-L' }, true],
    ['a bot by its plain name', { who: ['release-bot'] }, { ...ada, githubActor: 'release-bot' }, true],
    ['a handle is no name', { who: ['@ada'] }, ada, false],
    ['somebody else', { who: ['grace', '@grace'] }, ada, false],
  ] as const)('say who may: %s', async (_, more, person, allowed) => {
    const at = await world();
    const policies = [{ name: 'flight', labels: ['production'], requires: [], who: [...more.who] }];
    const answer = await at.label('flight', 'v0.1.0', { policies, person });
    expect(answer.state).toBe(allowed ? 'moved' : 'refused');
    if (!allowed) {
      expect(answer).toMatchObject({
        verdict: 'fail',
        problem: { code: 'REGISTRY_NOT_ALLOWED', hint: expect.stringContaining('tags "flight#production*"') },
      });
      const forced = await at.label('flight', 'v0.1.0', { policies, person, force: true, message: 'x' });
      expect(forced.state).toBe('refused');
    }
  });

  test('say how old a passing run may be', async () => {
    const at = await world();
    const run = await at.run();
    at.clock.advance(29 * 86_400_000);
    const policies = rule({ 'max-age': '30d' });
    at.clock.advance(2 * 86_400_000);
    expect(await at.label('flight', 'v0.1.0', { policies })).toMatchObject({
      verdict: 'inconclusive',
      problem: { message: expect.stringContaining('passed on 2026-01-02, too long ago') },
    });
    expect(await at.label('flight', 'v0.1.0', { policies: rule({ 'max-age': '5w' }) })).toEqual({
      state: 'moved',
      gates: [run],
    });
  });

  test('refuse a run whose predictions stood for the model without naming it', async () => {
    const at = await world();
    const policies = rule({ 'bound-predictions': true });
    const stated = await at.run({ params: { predictions: 'checked', 'baseline-predictions': 'stated' } });
    expect(await at.label('flight', 'v0.1.0', { policies })).toMatchObject({
      verdict: 'inconclusive',
      problem: { message: expect.stringContaining('do not name the model they are said to come from') },
    });
    expect(await at.label('flight', 'v0.1.0')).toEqual({ state: 'moved', gates: [stated] });
    const named = await at.run({ params: { predictions: 'checked', 'baseline-predictions': 'checked' } });
    expect(
      await at.label('flight', 'v0.1.0', {
        label: 'staging',
        policies: [{ name: 'flight', labels: ['staging'], requires: ['eval-gate'], 'bound-predictions': true }],
      }),
    ).toEqual({ state: 'moved', gates: [named] });
  });

  test('refuse a run of before the binding of predictions was noted, if it read any for a model', async () => {
    const at = await world();
    const policies = rule({ 'bound-predictions': true });
    const predictions = { role: 'predictions' as const, path: 'new.csv', digest: `sha256:${'1'.repeat(64)}` };
    await at.run({ inputs: [predictions] });
    expect(await at.label('flight', 'v0.1.0', { policies })).toMatchObject({
      verdict: 'inconclusive',
      problem: { message: expect.stringContaining('does not say whether the predictions that it read name the model') },
    });
    const run = await at.run({ inputs: [predictions], baseline: { source: 'file', name: 'new.csv' } });
    expect(await at.label('flight', 'v0.1.0', { policies })).toEqual({ state: 'moved', gates: [run] });
  });

  test('ask other labels for a gate too, and release production from it when they say so', async () => {
    const at = await world();
    const staging = [{ name: 'flight', labels: ['staging'], requires: ['eval-gate' as const] }];
    expect(await at.label('flight', 'v0.1.0', { label: 'staging', policies: staging })).toMatchObject({
      state: 'refused',
    });
    expect(await at.label('flight', 'v0.1.0', { policies: rule({ requires: [] }) })).toMatchObject({ state: 'moved' });
    expect(await at.label('flight', 'v0.1.1', { policies: rule({ name: 'mail', requires: [] }) })).toMatchObject({
      state: 'refused',
    });
  });

  test('add up: every one that speaks of the name and the label must be met', async () => {
    const at = await world();
    const policies = [
      ...rule({ requires: [], who: ['ada'] }),
      ...rule({ name: 'fl*', requires: ['eval-gate', 'deploy'] }),
    ];
    const gate = await at.run();
    expect(await at.label('flight', 'v0.1.0', { policies })).toMatchObject({
      problem: { message: expect.stringContaining('no deploy run has judged these bytes') },
    });
    const rollout = await at.run({ kind: 'deploy' });
    expect(await at.label('flight', 'v0.1.0', { policies })).toEqual({ state: 'moved', gates: [gate, rollout] });
  });

  test.each([
    ['*', 'flight', true],
    ['*', 'team/flight', false],
    ['**', 'team/flight', true],
    ['team/*', 'team/flight', true],
    ['flight', 'flight-delay', false],
    ['f.ight', 'flight', false],
  ])('a glob %s matches %s: %s', async (name, model, matches) => {
    const at = await world();
    await at.registry.register({ name: 'team/flight', commit: commits[0] ?? '', message: 'x' });
    await at.registry.register({ name: 'flight-delay', commit: commits[0] ?? '', message: 'x' });
    const answer = await at.label(model, 'v0.1.0', {
      label: 'staging',
      policies: [{ name, labels: ['staging'], who: ['eve'] }],
    });
    expect(answer.state).toBe(matches ? 'refused' : 'moved');
  });

  test('name the file of a model that nothing else names', async () => {
    const at = await world({ files: {} });
    const run = await at.run();
    expect(await at.label('flight', 'v0.1.0', { policies: rule({ path: 'models/flight.onnx' }) })).toEqual({
      state: 'moved',
      gates: [run],
    });
  });
});
