// Many numbers to one verdict: looks, gating scores, latency, safety, quarantine, sources of cases.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EvalCase } from '@pawl/core';
import { decide, type CaseResult, type PromptPolicy } from '@pawl/core/prompt-regression';
import { judgeGates } from '../../src/prompt-regression/gates.ts';
import { lookRounds, planRounds } from '../../src/prompt-regression/looks.ts';
import { readQuarantines } from '../../src/prompt-regression/flaky.ts';
import { adviceOf, noiseOf } from '../../src/prompt-regression/noise.ts';
import type { Answer } from '../../src/prompt-regression/ask.ts';
import type { Evidence } from '../../src/prompt-regression/decide.ts';
import { timedApart, UsageTally, type Usage } from '../../src/prompt-regression/usage.ts';

interface Given {
  /** Pass or fail by repeat. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly scores?: readonly [before: number, after: number];
  readonly latency?: readonly [before: number, after: number];
  readonly cluster?: string;
  readonly slice?: string;
}

const side = (passes: readonly number[], score: number | undefined, latencyMs: number | undefined) => ({
  pass: passes.reduce((sum, each) => sum + each, 0) / passes.length,
  score: 1,
  scores: score === undefined ? [] : [score],
  output: '',
  repeats: passes.map((each, repeat) => ({
    repeat,
    pass: each === 1,
    score: each,
    named: score === undefined ? [] : [score],
    ...(latencyMs !== undefined && { latencyMs }),
  })),
});

const evalCase = (index: number, more: Partial<EvalCase> = {}): EvalCase => ({
  id: `case-${index}`,
  vars: {},
  assertions: [],
  metadata: {},
  slices: {},
  place: { file: '' },
  ...more,
});

const resultsOf = (n: number, given: (index: number) => Given): CaseResult[] =>
  Array.from({ length: n }, (_, index) => {
    const { before, after, scores, latency, cluster, slice } = given(index);
    return {
      case: evalCase(index, {
        ...(cluster !== undefined && { cluster }),
        ...(slice !== undefined && { slices: { topic: slice } }),
      }),
      before: side(before, scores?.[0], latency?.[0]),
      after: side(after, scores?.[1], latency?.[1]),
      unchanged: false,
    };
  });

const policy: PromptPolicy = { margin: 0.03, repeats: 1, minCases: 30 };
const judge = (
  results: readonly CaseResult[],
  more: Partial<PromptPolicy> = {},
  looks?: readonly number[],
  evidence: Partial<Evidence> = {},
) =>
  decide(
    {
      results,
      baseline: true,
      calls: { asked: results.length, failed: 0 },
      evaluators: results[0]?.after?.scores.length === 1 ? ['tone'] : [],
      slices: ['topic'],
      ...(looks !== undefined && { looks, rounds: looks.at(-1) ?? 1 }),
      ...evidence,
    },
    { ...policy, ...more },
  );

test('a first version names what it gets wrong; a compared one names what changed', () => {
  const results = resultsOf(4, (index) => ({ before: [1], after: [index === 2 ? 0 : 1] }));
  const first = results.map((result): CaseResult => ({ ...result, before: undefined }));
  const evidence = { calls: { asked: 4, failed: 0 }, evaluators: [], slices: [] };
  const policy: PromptPolicy = { margin: 0.03, minCases: 1, repeats: 1, maxRepeats: 1 } as PromptPolicy;

  expect(decide({ ...evidence, results: first, baseline: false }, policy).wrong).toEqual([first[2]]);
  expect(decide({ ...evidence, results, baseline: true }, policy)).not.toHaveProperty('wrong');
});

test('looks are spread over the rounds from the least to the most, five at most', () => {
  expect(lookRounds(1, 1)).toEqual([1]);
  expect(lookRounds(3, 3)).toEqual([3]);
  expect(lookRounds(1, 5)).toEqual([1, 2, 3, 4, 5]);
  expect(lookRounds(2, 4)).toEqual([2, 3, 4]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 99 }), (repeats, more) => {
      const looks = lookRounds(repeats, repeats + more);
      expect(looks.length).toBeLessThanOrEqual(5);
      expect(looks.at(-1)).toBe(repeats + more);
      expect(looks).toEqual([...new Set(looks)].toSorted((a, b) => a - b));
    }),
  );
});

test('a case that names its own repeats has them all before the first look', () => {
  const { looks, repeatsOf } = planRounds({ repeats: 1, maxRepeats: 3 }, [evalCase(0), evalCase(1, { repeats: 4 })]);

  expect(looks).toEqual([4]);
  expect([repeatsOf(evalCase(0)), repeatsOf(evalCase(1, { repeats: 4 }))]).toEqual([3, 4]);
});

test('the first look that settles holds, and the numbers are those of that look', () => {
  const results = resultsOf(200, (index) => ({ before: [1, 1, 1], after: [index < 40 ? 0 : 1, 1, 1] }));
  const decision = judge(results, {}, [1, 2, 3]);

  expect(decision).toMatchObject({ verdict: 'fail', look: { taken: 1, planned: 3, rounds: 1 } });
  expect(decision.accuracy?.after).toBeCloseTo(0.8);
});

test('a score that gates fails what the accuracy passes, and one that does not gate fails nothing', () => {
  const results = resultsOf(200, (index) => ({ before: [1], after: [1], scores: [1, index < 40 ? 0.2 : 1] }));

  expect(judge(results)).toMatchObject({ verdict: 'pass' });
  const decision = judge(results, { gating: ['tone'] });
  expect(decision.verdict).toBe('fail');
  expect([...(decision.gates?.failed ?? [])]).toEqual(['tone']);
});

test('a gate that no answer has a number for is an error and no pass', () => {
  const results = resultsOf(200, () => ({ before: [1], after: [1] }));

  expect(judge(results, { gating: ['tone'] })).toMatchObject({ verdict: 'error', missingGates: ['tone'] });
  expect(judge(results, { latency: 0.1 })).toMatchObject({ verdict: 'error', missingGates: ['latency'] });
});

const gate = (name: string, p: number) => ({
  name,
  verdictAt: (alpha: number) => (p <= alpha ? ('fail' as const) : ('inconclusive' as const)),
});

test('gates fail as Holm says: the smallest p-value is held against alpha over their number', () => {
  expect([...judgeGates([gate('a', 0.02), gate('b', 0.9), gate('c', 0.9)], 0.05).failed]).toEqual([]);
  expect([...judgeGates([gate('a', 0.01), gate('b', 0.024), gate('c', 0.9)], 0.05).failed]).toEqual(['a', 'b']);
  expect(judgeGates([gate('a', 0.04)], 0.05).verdict).toBe('fail');
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 }), (pValues) => {
      const sorted = pValues.map((p, index) => [p, String(index)] as const).toSorted(([a], [b]) => a - b);
      const first = sorted.findIndex(([p], rank) => p > 0.05 / (pValues.length - rank));
      const rejected = sorted.slice(0, first < 0 ? sorted.length : first).map(([, name]) => name);
      const { failed } = judgeGates(
        pValues.map((p, index) => gate(String(index), p)),
        0.05,
      );
      expect([...failed].toSorted()).toEqual(rejected.toSorted());
    }),
  );
});

test('slower answers fail by the ratio of median and 95th percentile, equal ones pass', () => {
  const slow = (factor: number) =>
    resultsOf(100, (index) => ({ before: [1], after: [1], latency: [200 + index, (200 + index) * factor] }));

  expect(judge(slow(1.5))).toMatchObject({ verdict: 'pass' });
  expect(judge(slow(1.02), { latency: 0.1 })).toMatchObject({ verdict: 'pass' });
  const decision = judge(slow(1.5), { latency: 0.1 });
  expect(decision.verdict).toBe('fail');
  expect(decision.ratios?.[0]).toMatchObject({ name: 'latency, median', ratio: expect.closeTo(1.5, 5) });
  expect([...(decision.gates?.failed ?? [])]).toEqual(['latency, median', 'latency, 95 % below']);
});

test('times of which one side was recorded on another day settle nothing; what they cost does', () => {
  const results = resultsOf(100, (index) => ({ before: [1], after: [1], latency: [200 + index, 2 * (200 + index)] }));
  const decision = judge(results, { latency: 0.1 }, undefined, { timedApart: true });

  expect(decision).toMatchObject({
    verdict: 'inconclusive',
    gates: { open: ['latency, median', 'latency, 95 % below'] },
  });
  expect(decision.moreCases).toBeUndefined();
});

test.each([
  { before: [100, 100], after: [100, 0], apart: true },
  { before: [100, 100], after: [100, 97], apart: false },
  { before: [100, 0], after: [100, 0], apart: false },
  { before: [0, 0], after: [100, 0], apart: false },
])('of $before and $after answers, the second replayed, times are apart: $apart', ({ before, after, apart }) => {
  const usage = ([answers, replayed]: readonly number[]): Usage => {
    const tally = new UsageTally();
    for (let index = 0; index < (answers ?? 0); index++)
      tally.add({ text: '', reused: index < (replayed ?? 0), latencyMs: 10 } as Answer);
    return tally.usage;
  };

  expect(timedApart(usage(before), usage(after))).toBe(apart);
});

test('the times of streamed tokens gate as the latency does, and not where nothing was streamed', () => {
  const timed = (one: NonNullable<CaseResult['after']>, firstTokenMs: number, betweenTokensMs: number) => ({
    ...one,
    repeats: one.repeats.map((repeat) => ({ ...repeat, firstTokenMs, betweenTokensMs })),
  });
  const streamed = Array.from({ length: 100 }, (_, index): CaseResult => ({
    case: evalCase(index),
    before: timed(side([1], undefined, undefined), 50 + index, 5 + index / 10),
    after: timed(side([1], undefined, undefined), 1.4 * (50 + index), 5 + index / 10),
    unchanged: false,
  }));
  const decision = judge(streamed, { firstToken: 0.1, betweenTokens: 0.1 });

  expect([...(decision.gates?.failed ?? [])]).toEqual(['first token, median', 'first token, 95 % below']);
  expect(decision.ratios?.map(({ name, ratio }) => [name, Number(ratio.toFixed(3))])).toEqual([
    ['first token, median', 1.4],
    ['first token, 95 % below', 1.4],
    ['between tokens, median', 1],
    ['between tokens, 95 % below', 1],
  ]);
  expect(
    judge(
      resultsOf(100, () => ({ before: [1], after: [1] })),
      { firstToken: 0.1 },
    ),
  ).toMatchObject({
    verdict: 'error',
    missingGates: ['first token'],
  });
});

test('no event in n says how many there may be, and a limit needs enough cases', () => {
  const safe = (n: number) => resultsOf(n, () => ({ before: [1], after: [1], scores: [1, 1] }));

  expect(judge(safe(59), { safety: [{ score: 'tone' }], margin: 0.2 })).toMatchObject({
    verdict: 'pass',
    safety: [{ events: 0, n: 59, atMost: expect.closeTo(1 - 0.05 ** (1 / 59), 9) }],
  });
  expect(judge(safe(100), { safety: [{ score: 'tone', limit: 0.01 }] })).toMatchObject({
    verdict: 'inconclusive',
    reasons: ['compared', 'unsafe'],
    moreCases: 199,
  });
  expect(judge(safe(299), { safety: [{ score: 'tone', limit: 0.01 }] }).verdict).toBe('pass');
  const unsafe = resultsOf(200, (index) => ({ before: [1], after: [1], scores: [1, index < 10 ? 0 : 1] }));
  expect(judge(unsafe, { safety: [{ score: 'tone', limit: 0.01 }] }).verdict).toBe('fail');
});

test('a case whose repeats disagree on the baseline is flaky, and told with how often', () => {
  const results = resultsOf(60, (index) => ({
    before: index === 3 ? [1, 0, 1] : [1, 1, 1],
    after: [1, index === 5 ? 0 : 1, 1],
  }));

  expect(judge(results, {}, [3]).flaky).toEqual([{ id: 'case-3', side: 'baseline', passed: 2, repeats: 3 }]);
});

test('cases in quarantine do not gate and are told; all of them in it is an error', () => {
  const results = resultsOf(200, (index) => ({ before: [1], after: [index < 20 ? 0 : 1] }));
  const held = (n: number) =>
    new Map(Array.from({ length: n }, (_, index) => [`case-${index}`, { id: `case-${index}`, reason: 'model waits' }]));
  const judged = (n: number) =>
    decide(
      { results, baseline: true, calls: { asked: 400, failed: 0 }, evaluators: [], slices: [], quarantined: held(n) },
      policy,
    );

  expect(judged(0).verdict).toBe('fail');
  expect(judged(20)).toMatchObject({ verdict: 'pass', accuracy: { n: 180 } });
  expect(judged(20).quarantined).toHaveLength(20);
  expect(judged(200)).toMatchObject({ verdict: 'error', reasons: ['all-in-quarantine'] });
});

test('a quarantine holds up to its last day, counts again after it, and one of nothing is told', () => {
  const read = (until: string, id = 'a') =>
    readQuarantines([{ id, reason: 'r', until }], { ids: new Set(['a']), today: '2026-03-02T10:00:00Z', file: 'f' });

  expect([...read('2026-03-02').held.keys()]).toEqual(['a']);
  expect(read('2026-03-01')).toMatchObject({ held: new Map(), problems: [{ code: 'QUARANTINE_OVER' }] });
  expect(read('2026-04-01', 'b').problems).toMatchObject([{ code: 'QUARANTINE_OF_NOTHING' }]);
});

test('what 40 cases of two sources say is no more than two sources can say', () => {
  const given = (cluster: boolean) =>
    resultsOf(100, (index) => ({
      before: [1],
      after: [index < 20 ? 0 : 1],
      ...(cluster && { cluster: index < 50 ? 'one' : 'two' }),
    }));

  expect(judge(given(false)).verdict).toBe('fail');
  expect(judge(given(true))).toMatchObject({ verdict: 'inconclusive', fewClusters: 2 });
});

test('a few losses, all from one source, are one loss', () => {
  const results = resultsOf(100, (index) => ({
    before: [1],
    after: [index < 8 ? 0 : 1],
    cluster: index < 8 ? 'x' : `y${index}`,
  }));

  expect(judge(results, { margin: 0.01 }).verdict).toBe('inconclusive');
});

test('slices are compared by scores that gate as well, and decide nothing', () => {
  const results = resultsOf(200, (index) => ({
    before: [1],
    after: [1],
    scores: [1, index % 2 === 0 ? 0.99 : 1],
    slice: index % 2 === 0 ? 'even' : 'odd',
  }));
  const decision = judge(results, { gating: ['tone'] });

  expect(decision.verdict).toBe('pass');
  expect(decision.slices.filter(({ marked }) => marked)).toMatchObject([{ score: 'tone', value: 'even' }]);
});

test('a score that is the accuracy in every case has no slices of its own', () => {
  const results = resultsOf(200, (index) => {
    const [was, is] = [1, Number(index % 2 > 0 || index > 80)];
    return { before: [was], after: [is], scores: [was, is], slice: index % 2 === 0 ? 'even' : 'odd' };
  });
  const other = results.map((result, index) =>
    index === 199 ? { ...result, after: { ...result.after!, ...side([1], 0, undefined) } } : result,
  );

  expect(judge(results, { gating: ['tone'] }).slices.map(({ score, value }) => [score, value])).toEqual([
    [undefined, 'even'],
    [undefined, 'odd'],
  ]);
  expect(judge(other, { gating: ['tone'] }).slices).toHaveLength(4);
});

test('noise between cases is told from noise within, and repeats are advised only where they help', () => {
  const steady = resultsOf(100, (index) => ({
    before: [1, 1, 1, 1],
    after: Array.from({ length: 4 }, () => Number(index % 5 > 0)),
  }));
  const wavering = resultsOf(100, (index) => ({
    before: [1, 0, 1, 0],
    after: index % 2 === 0 ? [0, 1, 1, 0] : [1, 0, 0, 1],
  }));

  expect(noiseOf(steady)).toMatchObject({ within: 0, casesPart: 1, n: 100, repeats: 4 });
  expect(noiseOf(wavering)?.casesPart).toBe(0);
  expect(adviceOf({ between: 0.2, within: 0, n: 100, repeats: 2, casesPart: 1 }, 0.03, 0.05)).toEqual({
    moreCases: 1274,
  });
  expect(adviceOf({ between: 0, within: 0.2, n: 100, repeats: 1, casesPart: 0 }, 0.05, 0.05)).toEqual({
    moreCases: 395,
    repeats: 5,
  });
});

test('of cases that come from few sources more are needed than of others', () => {
  // Ten cases a source, and what changes changes in all of them.
  const own = (cluster: boolean) =>
    resultsOf(200, (index) => {
      const source = Math.floor(index / 10);
      return {
        before: [Number(source !== 3)],
        after: [Number(source !== 7)],
        ...(cluster && { cluster: `s${source}` }),
      };
    });
  const [alone, clustered] = [judge(own(false)), judge(own(true))];

  expect([alone.verdict, clustered.verdict]).toEqual(['inconclusive', 'inconclusive']);
  const needed = (decision: typeof alone): number => (decision.moreCases ?? 0) + 200;
  // The design effect: the variance of the mean is ten times as large, but for C / (C − 1).
  expect(needed(clustered) / needed(alone)).toBeGreaterThan(9);
  expect(needed(clustered) / needed(alone)).toBeLessThan(11);
  const twice = (one: CaseResult['after']) => side([one?.pass ?? 0, one?.pass ?? 0], undefined, undefined);
  const repeated = own(true).map((each) => ({ ...each, before: twice(each.before), after: twice(each.after) }));
  const free = repeated.map((each) => ({ ...each, case: evalCase(0) }));
  expect((noiseOf(repeated)?.between ?? 0) / (noiseOf(free)?.between ?? 1)).toBeGreaterThan(9);
});

test('an open latency names the cases that would settle it', () => {
  const noisy = resultsOf(60, (index) => {
    const wave = 200 * (1 + ((index * 37) % 11));
    return { before: [1], after: [1], latency: [wave, 200 * (1 + ((index * 53) % 13))] };
  });
  const decision = judge(noisy, { latency: 0.1, margin: 0.1 });

  expect(decision.verdict).toBe('inconclusive');
  expect(decision.accuracy?.judgement?.verdict).toBe('pass');
  expect(decision.moreCases).toBeGreaterThan(60);
});

test('a score that a user calls accuracy is not the share of cases that pass', () => {
  const worse = resultsOf(200, () => ({ before: [1], after: [0], scores: [1, 0] }));
  const uncertified = new Set(['accuracy']);
  expect(judge(worse, {}, [1], { uncertified }).verdict).toBe('fail');
  const same = resultsOf(400, () => ({ before: [1], after: [1], scores: [1, 1] }));
  expect(judge(same, {}, [1], { uncertified }).verdict).toBe('pass');
});

test('what passes must pass with the answers that the candidate lost counted as wrong', () => {
  const results = resultsOf(200, () => ({ before: [1], after: [1], scores: [1, 1] }));
  const losing = (lost: number): readonly CaseResult[] =>
    results.map((result, index) => (index >= 200 - lost ? { ...result, after: undefined } : result));
  const calls = (failed: number): Partial<Evidence> => ({ calls: { asked: 400, failed } });

  expect(judge(losing(2), { margin: 0.05 }, [1], calls(2))).toMatchObject({ verdict: 'pass', lost: 2 });
  expect(judge(losing(8), { margin: 0.03 }, [1], calls(8))).toMatchObject({
    verdict: 'inconclusive',
    reasons: ['compared', 'lost-answers'],
    lost: 8,
  });
  // The baseline's lost answers are no loss of the candidate's.
  const before = results.map((result, index) => (index < 8 ? { ...result, before: undefined } : result));
  expect(judge(before, { margin: 0.03 }, [1], calls(8)).verdict).toBe('pass');
  const first = losing(3).map((result): CaseResult => ({ ...result, before: undefined }));
  const absolute = { baseline: false, calls: { asked: 200, failed: 3 } };
  expect(judge(first, { threshold: 0.99 }, [1], absolute)).toMatchObject({
    verdict: 'inconclusive',
    reasons: ['lost-answers'],
  });
  expect(judge(first, { threshold: 0.98 }, [1], absolute).verdict).toBe('pass');
  const safe = { safety: [{ score: 'tone', limit: 0.02 }] };
  expect(judge(results, safe).verdict).toBe('pass');
  expect(judge(losing(2), { ...safe, margin: 0.05 }, [1], calls(2)).verdict).toBe('inconclusive');
});

test('a ratio that most answers have no number for settles nothing, and neither does one source', () => {
  const measured = (known: number) =>
    resultsOf(100, (index) => ({ before: [1], after: [1], ...(index < known && { latency: [100, 100] as const }) }));
  const policy = { margin: 0.05, latency: 0.1 };

  expect(judge(measured(100), policy).verdict).toBe('pass');
  expect(judge(measured(98), policy).verdict).toBe('pass');
  const { verdict, ratios } = judge(measured(97), policy);
  expect(verdict).toBe('inconclusive');
  expect(ratios?.[0]?.unknown).toEqual({ known: 97, of: 100 });

  const given = measured(40).map((result, index) =>
    index < 40 ? result : { ...result, case: { ...result.case, output: 'given' } },
  );
  expect(judge(given, policy).verdict).toBe('pass');
  expect(judge(given, { ...policy, minCases: 50 }).verdict).toBe('inconclusive');

  const slower = resultsOf(100, () => ({ before: [1], after: [1], latency: [100, 900], cluster: 'one' }));
  const { verdict: one, accuracy } = judge(slower, policy);
  expect(one).toBe('inconclusive');
  expect(accuracy?.judgement?.shown).toEqual({ difference: 0, low: -1, high: 1 });
});

test('what costs nothing on both sides costs no more than before', () => {
  const free = resultsOf(40, () => ({ before: [1], after: [1] })).map((result): CaseResult => {
    const gratis = (each: CaseResult['after']): CaseResult['after'] =>
      each && { ...each, repeats: each.repeats.map((repeat) => ({ ...repeat, costUsd: 0 })) };
    return { ...result, before: gratis(result.before), after: gratis(result.after) };
  });
  expect(judge(free, { margin: 0.1, cost: 0.1 }).verdict).toBe('pass');
});
