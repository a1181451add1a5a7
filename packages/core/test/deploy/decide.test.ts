import { expect, test } from 'vitest';
import { decideStep, readDeployment, type StepView } from '@pawl/core/deploy';

const deployment = readDeployment({
  file: 'flight.deploy.yml',
  text: `
name: flight-delay
model: { path: m.onnx, config: config.pbtxt }
target: { kind: triton, url: 'http://127.0.0.1:8000', repository: models }
splitter: { url: 'http://127.0.0.1:9000' }
strategy:
  steps:
    - { weight: 10, min-requests: 100, max-seconds: 600 }
    - { weight: 100, min-requests: 100, max-seconds: 600 }
guards: { errors: { limit: 0.02 }, latency: { objective-ms: 50, limit: 0.1 } }
`,
}).value!;

const arm = (requests: number, errors = 0, slow = 0) => ({ requests, errors, slow });
const view = (overrides: Partial<StepView> = {}): StepView => ({
  deployment,
  step: 0,
  seconds: 10,
  counts: { canary: arm(0), stable: arm(0) },
  carried: {},
  health: { ready: true, consecutiveErrors: { canary: 0, stable: 0 }, p95: {} },
  ...overrides,
});

test('no traffic never promotes, and is inconclusive when the time is up', () => {
  expect(decideStep(view()).decision).toBe('continue');
  expect(decideStep(view({ seconds: 600 }))).toMatchObject({
    decision: 'inconclusive',
    reason: '0 of at least 187 requests after 600 s at 10 %',
  });
});

test('a clean canary is promoted when every guard is below its limit, and not one request before the floor', () => {
  const counts = (canary: number) => ({ canary: arm(canary), stable: arm(canary * 9) });

  expect(decideStep(view({ counts: counts(186) })).decision).toBe('continue');
  expect(decideStep(view({ counts: counts(187) })).decision).toBe('promote');
});

test('the floor of requests holds even where the evidence would be enough', () => {
  const counts = { canary: arm(187), stable: arm(1700) };
  const patient = {
    ...deployment,
    strategy: { ...deployment.strategy, steps: [{ weight: 10, 'min-requests': 500, 'max-seconds': 600 }] },
  };

  expect(decideStep(view({ counts, deployment: patient }))).toMatchObject({
    decision: 'continue',
    reason: '187 of at least 500 requests',
  });
});

test('a canary that fails while stable does not is rolled back, with the counts as the reason', () => {
  const decided = decideStep(view({ counts: { canary: arm(60, 8), stable: arm(540) } }));

  expect(decided).toMatchObject({
    decision: 'rollback',
    reason: "8 of its 60 requests failed (0 % of stable's)",
  });
  expect(decided.rollback['errors']).toBeGreaterThan(Math.log(200));
});

test('failures that hit both arms alike do not blame the canary', () => {
  expect(decideStep(view({ counts: { canary: arm(60, 8), stable: arm(540, 72) } })).decision).toBe('continue');
});

test('a canary that is too slow is rolled back by the latency guard', () => {
  expect(decideStep(view({ counts: { canary: arm(100, 0, 40), stable: arm(900, 0, 20) } })).reason).toContain(
    '40 of its 100 requests were too slow',
  );
});

test('with all the traffic, the limit judges in place of stable', () => {
  const decided = decideStep(view({ step: 1, counts: { canary: arm(100, 15), stable: arm(0) } }));

  expect(decided.decision).toBe('rollback');
  expect(decided.reason).toContain('the limit is 2 %');
});

test('evidence of earlier steps is carried on, guard by guard and ratio by ratio', () => {
  const first = decideStep(view({ counts: { canary: arm(40, 3), stable: arm(360) } }));
  const second = decideStep(view({ step: 1, carried: first.carried, counts: { canary: arm(30, 3), stable: arm(0) } }));

  expect(first.decision).toBe('continue');
  expect(second.decision).toBe('rollback');
});

test.each([
  ['five failures in a row', { consecutiveErrors: { canary: 5, stable: 0 } }, 'rollback'],
  [
    'five failures in a row on both arms: the server is down for both',
    { consecutiveErrors: { canary: 9, stable: 7 } },
    'continue',
  ],
  ['a server that lost it', { ready: false }, 'rollback'],
  ['a canary eleven times slower', { p95: { canary: 1100, stable: 100 } }, 'rollback'],
  ['a canary that is slower but within its objective', { p95: { canary: 44, stable: 4 } }, 'continue'],
] as const)('hard trips: %s', (_, health, decision) => {
  const counts = { canary: arm(30), stable: arm(270) };

  expect(decideStep(view({ counts, health: { ...view().health, ...health } })).decision).toBe(decision);
});
