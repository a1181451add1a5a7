import { expect, test } from 'vitest';
import { Report, Run } from '@pawl/core';
import { atFirstStep, deploymentText, world, type TestWorld } from './world.ts';

const traffic = (at: TestWorld, canary: number, errors = 0, stable = 500) => {
  at.splitter.send('flight', 'stable', { requests: stable });
  at.splitter.send('flight', 'canary', { requests: canary, errors });
};
const holder = async (at: TestWorld) => (await at.registry.resolve('flight', 'production'))?.version;

test('a first version is registered and serves all requests, since there is nothing to compare it with', async () => {
  const at = world();
  await at.gate(0);

  const outcome = await at.deploy({ wait: true });

  expect(outcome.report).toMatchObject({
    verdict: 'pass',
    headline: 'v0.1.0 serves all requests; it is the first version, with nothing to compare it with',
  });
  expect(await holder(at)).toBe('v0.1.0');
  expect(await at.target.served('flight')).toEqual(['1']);
});

test('a good canary goes through its steps, is promoted, labelled, and the old version stays loaded', async () => {
  const at = await atFirstStep();
  expect(await holder(at)).toBe('v0.1.0');

  for (const step of [1, 2, 3]) {
    traffic(at, 200, 0, step === 3 ? 0 : 500);
    at.clock.advance(30_000);
    await at.deploy({ command: 'tick' });
  }
  const { report, run, results } = await at.deploy({ command: 'status' });

  expect(report).toMatchObject({
    verdict: 'pass',
    headline: 'v0.1.1 serves all requests after 3 steps; 0 of 600 canary requests failed',
    n: 600,
  });
  expect(run).toBeUndefined();
  expect(Report.safeParse(report).success).toBe(true);
  expect(report.blocks.find(({ type }) => type === 'chart')).toMatchObject({
    chart: {
      series: [
        {
          points: [
            [0, 0],
            [0, 10],
            [30, 10],
            [30, 50],
            [60, 50],
            [60, 100],
            [90, 100],
          ],
        },
      ],
    },
  });
  expect(await holder(at)).toBe('v0.1.1');
  expect(at.splitter.weights).toEqual([0, 1000, 5000, 10_000, 0]);
  expect(await at.target.served('flight')).toEqual(['1', '2']);
  expect(
    results['timeline.jsonl']
      ?.trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { state: string }).state),
  ).toEqual(['requested', 'gated', 'staged', 'loaded', 'verified', 'step', 'step', 'step', 'promoted']);
});

test('a canary that fails is rolled back: nobody meets it, it is unloaded, the label has not moved', async () => {
  const at = await atFirstStep();
  traffic(at, 60, 9);

  const { report, run } = await at.deploy({ wait: true });

  expect(report).toMatchObject({ verdict: 'fail' });
  expect(report.headline).toBe(
    "v0.1.1 was rolled back because 9 of its 60 requests failed (0 % of stable's), and v0.1.0 serves all requests again",
  );
  expect((await at.splitter.get('flight'))?.route).toEqual({
    stable: { version: 'v0.1.0', endpoint: at.target.endpoint('flight', '1') },
    canaryWeight: 0,
  });
  expect(await at.target.served('flight')).toEqual(['1']);
  expect(await holder(at)).toBe('v0.1.0');
  expect(Run.safeParse(run).success).toBe(true);
  expect(run).toMatchObject({ verdict: 'fail', metrics: { 'error-rate': { value: 0.15, baseline: 0, n: 60 } } });
});

test('too little traffic holds the rollout at its weight; evidence that comes later lets it go on', async () => {
  const at = await atFirstStep();
  traffic(at, 20);

  const held = await at.deploy({ wait: true });
  expect(held.report).toMatchObject({
    verdict: 'inconclusive',
    headline: 'v0.1.1 is held at 10 %: 20 of at least 187 requests after 600 s at 10 %',
  });
  expect((await at.splitter.get('flight'))?.route.canaryWeight).toBe(1000);
  expect(held.report.n).toBe(20);
  traffic(at, 200);
  const { report } = await at.deploy({ command: 'tick' });

  expect((await at.splitter.get('flight'))?.route.canaryWeight).toBe(5000);
  expect(report.n).toBe(220);
});

test('with on-inconclusive: rollback, a step without a decision takes the canary back', async () => {
  const at = await atFirstStep(`${deploymentText}on-inconclusive: rollback\n`);

  const { report } = await at.deploy({ wait: true });

  expect(report.verdict).toBe('fail');
  expect(report.headline).toContain('could not tell: 0 of at least 187 requests');
});

test('without a passing gate run on these very bytes it is refused, and nothing is registered or touched', async () => {
  const at = world();
  await at.gate(1);

  const { report } = await at.deploy();

  expect(report).toMatchObject({ verdict: 'fail' });
  expect(report.headline).toContain('was refused: no eval-gate run has judged these bytes');
  expect(await at.registry.list('flight')).toEqual([]);
  expect(at.target.staged).toEqual([]);
});

test.each([
  [
    'the newest run fails',
    { verdict: 'fail' as const, headline: 'accuracy down 6 points' },
    'its newest eval-gate run says fail',
  ],
  ['the pass is advisory', { advisory: true }, undefined],
  ['the pass came through a fork', { origin: { trust: 'fork' as const } }, undefined],
])('a gate does not count when %s', async (_, overrides, reason) => {
  const at = world();
  if (reason !== undefined) await at.gate(0);
  await at.gate(0, overrides);

  const { report } = await at.deploy();

  expect(report.verdict).toBe('fail');
  expect(report.headline).toContain(reason ?? 'no eval-gate run has judged these bytes');
});

test('a pass that was compared with nothing counts for the first version, and not beside one in production', async () => {
  const at = world();
  await at.gate(0, { baseline: { source: 'none' } });
  expect((await at.deploy({ wait: true })).report.verdict).toBe('pass');

  at.checkout(1);
  await at.gate(1, { baseline: { source: 'none' }, startedAt: '2027-01-01T00:00:00Z' });
  const { report } = await at.deploy();

  expect(report.verdict).toBe('fail');
  expect(report.headline).toContain('compared it with nothing, though a version held production by then');
  expect(await holder(at)).toBe('v0.1.0');
});

test.each(['start', 'tick', 'promote', 'abort', 'rollback'] as const)(
  'a change from a fork may not %s a rollout, and touches nothing',
  async (command) => {
    const at = await atFirstStep();
    const [staged, weights] = [at.target.staged.length, at.splitter.weights.length];

    const outcome = await at.deploy({ command, force: 'let me in' }, { trust: 'fork' });

    expect(outcome).toMatchObject({ usage: true, report: { verdict: 'error' } });
    expect(outcome.report.problems).toMatchObject([{ code: 'DEPLOY_FROM_FORK' }]);
    expect([at.target.staged.length, at.splitter.weights.length]).toEqual([staged, weights]);
    expect((await at.deploy({ command: 'plan' }, { trust: 'fork' })).report.problems).toEqual([]);
  },
);

test('a policy that must have judged is compared by its digest', async () => {
  const at = world(`${deploymentText}requires: { policy: strict.gate.yml }\n`);
  await at.gate(0);
  expect((await at.deploy()).report.headline).toContain('by strict.gate.yml');
  const { digest } = {
    digest: `sha256:${'policy'
      .split('')
      .reduce((sum, char, index) => sum + char.charCodeAt(0) * (index + 1), 0)
      .toString(16)
      .padStart(64, '0')}`,
  };
  await at.gate(0, { inputs: [{ role: 'policy', digest }] });

  expect((await at.deploy({ wait: true })).report.verdict).toBe('pass');
});

test.each([
  ['fail', 'fail'],
  ['error', 'fail'],
  ['inconclusive', 'pass'],
] as const)('a gate that says %s, forced, ends as %s', async (verdict, ends) => {
  const at = world();
  await at.gate(0, { verdict, headline: 'as judged' });

  const { report } = await at.deploy({ force: 'I want it out', wait: true });

  expect(report.verdict).toBe(ends);
  if (ends === 'fail') expect(report.headline).toContain(`its newest eval-gate run says ${verdict}`);
});

test('a forced rollout goes on, and its reason stands in report, run and registry', async () => {
  const at = world();

  const { report, run } = await at.deploy({ force: 'gate data arrives tomorrow', wait: true });

  expect(report.verdict).toBe('pass');
  expect(JSON.stringify(report.blocks)).toContain('gate data arrives tomorrow');
  expect(run?.params['forced']).toBe('gate data arrives tomorrow');
  expect((await at.registry.history('flight'))[0]?.message).toContain('gate data arrives tomorrow');
});

test('a rollout is forced by those alone whom the gate policy names', async () => {
  const at = world();
  at.files['flight.gate.yml'] =
    'name: flight\ntask: classification\ndata: { id: id, label: y }\nmetrics: { accuracy: {} }\noverride: { by: ["@ada"] }\n';

  const refused = await at.deploy({ force: 'I want it out', wait: true }, { actor: 'bob' });
  expect(refused.report).toMatchObject({
    verdict: 'error',
    headline: 'nothing was rolled out: @bob may not force flight past its gate, says flight.gate.yml',
  });
  expect(at.splitter.weights).toEqual([]);

  const allowed = await at.deploy({ force: 'I want it out', wait: true }, { actor: 'ada' });
  expect(allowed.report.verdict).toBe('pass');
});

test('a model that the server rejects, or that answers samples wrongly, ends its rollout before a user meets it', async () => {
  for (const fault of ['load-rejected', 'proof-fails'] as const) {
    const at = world();
    await at.gate(0);
    await at.deploy({ wait: true });
    at.checkout(1);
    await at.gate(1);
    at.target.fault = fault;

    const { report } = await at.deploy({ wait: true });

    expect(report.verdict).toBe('fail');
    expect(report.headline).toContain(fault === 'proof-fails' ? 'sample 1: another answer' : 'flight is no model');
    expect(at.splitter.weights).toEqual([0]);
  }
});

test('a target that does not answer is an error, and the rollout goes on from where it stood', async () => {
  const at = world();
  await at.gate(0);
  at.target.fault = 'unreachable';

  const away = await at.deploy({ wait: true });
  at.target.fault = 'none';

  expect(away.report).toMatchObject({
    verdict: 'error',
    problems: [{ code: 'TARGET_UNREACHABLE', hint: 'Start it.' }],
  });
  expect((await at.deploy({ wait: true })).report.verdict).toBe('pass');
});

test('one lost look at the splitter is nothing; a splitter that stays away is an error', async () => {
  const at = await atFirstStep();
  at.splitter.reachable = false;

  const { report } = await at.deploy({ wait: true });

  expect(report).toMatchObject({ verdict: 'error', problems: [{ code: 'SPLITTER_UNREACHABLE' }] });
});

test('a canary that the server lost is rolled back at once', async () => {
  const at = await atFirstStep();
  at.target.lose('2');

  expect((await at.deploy({ wait: true })).report.headline).toContain('the server no longer serves it');
});

test('a splitter that was started anew gets its route back, and the step counts from zero', async () => {
  const at = await atFirstStep();
  traffic(at, 150);
  await at.deploy({ command: 'tick' });
  at.splitter.restart();

  await at.deploy({ command: 'tick' });
  expect((await at.splitter.get('flight'))?.route.canaryWeight).toBe(1000);
  traffic(at, 100);
  await at.deploy({ command: 'tick' });
  // 150 requests before and 100 after are not 250: what came before is forgotten.
  expect((await at.splitter.get('flight'))?.route.canaryWeight).toBe(1000);
});

test('a person promotes, aborts and rolls back on record', async () => {
  const promoted = await atFirstStep();
  const pass = await promoted.deploy({ command: 'promote', reason: 'release day' });
  expect(pass.report).toMatchObject({ verdict: 'pass' });
  expect(pass.report.headline).toContain('promoted by tester: release day');

  const back = await promoted.deploy({ command: 'rollback', reason: 'complaints' });
  expect(back.report.headline).toBe(
    'v0.1.1 was rolled back by tester: complaints, and v0.1.0 serves all requests again',
  );
  expect(await holder(promoted)).toBe('v0.1.0');

  const aborted = await atFirstStep();
  expect((await aborted.deploy({ command: 'abort' })).report.verdict).toBe('fail');
  expect((await aborted.deploy({ command: 'abort' })).report.problems[0]).toMatchObject({ code: 'ROLLOUT_STATE' });
});

test('another version cannot start while a rollout is under way; the same one goes on', async () => {
  const at = await atFirstStep();
  expect((await at.deploy()).report.headline).toContain('step 1 of 3');
  at.checkout(2);
  await at.gate(2);

  const outcome = await at.deploy();

  expect(outcome.report).toMatchObject({ verdict: 'error', problems: [{ code: 'ROLLOUT_ACTIVE' }] });
});

test('a start of what serves already changes nothing and passes', async () => {
  const at = world();
  await at.gate(0);
  await at.deploy({ wait: true });

  const again = await at.deploy({ wait: true });

  expect(again.report.verdict).toBe('pass');
  expect(again.run).toBeUndefined();
  expect(at.target.staged).toHaveLength(1);
});

test('a plan says what would happen and does nothing', async () => {
  const at = world();
  const refused = await at.deploy({ command: 'plan' });
  await at.gate(0);
  const planned = await at.deploy({ command: 'plan' });

  expect(refused.report.verdict).toBe('fail');
  expect(planned.report).toMatchObject({
    verdict: 'pass',
    headline: expect.stringContaining('would go out in 3 steps'),
  });
  expect(JSON.stringify(planned.report.blocks)).toContain('187');
  expect(at.target.staged).toEqual([]);
  expect(await at.registry.list()).toEqual([]);
});

test('mistakes in the file or the inputs are usage problems with their place', async () => {
  const typo = await world(deploymentText.replace('limit: 0.02', 'limmit: 0.02')).deploy();
  expect(typo).toMatchObject({
    usage: true,
    report: {
      problems: [{ code: 'DEPLOY_UNKNOWN_KEY', line: 12, hint: 'Did you mean "limit"?' }],
    },
  });

  const falling = await world(deploymentText.replace('weight: 50', 'weight: 5')).deploy();
  expect(falling.report.problems[0]?.message).toContain('not above step 1');

  const other = await world().deploy({ version: 'mail@v1.0.0' });
  expect(other).toMatchObject({ usage: true, report: { problems: [{ code: 'DEPLOY_OTHER_MODEL' }] } });
  const unknown = await world().deploy({ version: 'v9.0.0' });
  expect(unknown.report.problems[0]).toMatchObject({ code: 'VERSION_UNKNOWN' });
  expect((await world().deploy({ command: 'status' })).report.problems[0]).toMatchObject({ code: 'ROLLOUT_NONE' });
});
