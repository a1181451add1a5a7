// An eval's scores decide only where somebody vouches for the judges that gave them.
import { expect, test } from 'vitest';
import { exitCodeOf, type Run } from '@pawl/core';
import { memoryStore } from '@pawl/core/testing';
import { gateWorld, sha256 } from './gate-world.ts';
import { storedEval } from './stored-eval.ts';

const noCertificate = 'The judge small is advisory: it has no certificate.';

const policy = `name: triage
task: eval-run
minimum-rows: 20
evals:
  metrics:
    pass-rate: { margin: 0.05 }
    faithful: { margin: 0.05 }
`;

/** A policy, and runs whose every case passes and scores 1. */
function setting(text = policy) {
  const store = memoryStore(undefined, sha256);
  const { gate } = gateWorld({ files: { 'triage.gate.yml': text }, store });
  const run = async (more: Partial<Run> = {}): Promise<string> => {
    const scored = { pass: 1, scores: { faithful: 1 }, text: 'right' };
    const lines = Array.from({ length: 60 }, (_, index) => ({ id: `c${index}`, after: scored }));
    return storedEval(store, lines, more);
  };
  return { gate, run };
}

test('scores of certified judges, and of none, decide', async () => {
  const { gate, run } = setting();
  const { report } = await gate({
    baseline: await run({ uncertified: {} }),
    candidate: await run({ uncertified: {} }),
  });
  expect(report).toMatchObject({ verdict: 'pass', problems: [] });
});

test.each(['candidate', 'baseline'] as const)(
  'a key metric of an uncertified judge is an error at its line, whichever side was judged so: %s',
  async (side) => {
    const { gate, run } = setting();
    const sides = { baseline: await run({ uncertified: {} }), candidate: await run({ uncertified: {} }) };
    const outcome = await gate({ ...sides, [side]: await run({ uncertified: { 'score/faithful': noCertificate } }) });

    expect(exitCodeOf(outcome)).toBe(3);
    expect(outcome.report.problems).toEqual([
      expect.objectContaining({
        code: 'GATE_JUDGE_UNCERTIFIED',
        severity: 'error',
        message: expect.stringContaining(noCertificate),
        hint: expect.stringContaining('pawl judge calibrate'),
        file: 'triage.gate.yml',
        line: 7,
      }),
    ]);
    expect(outcome.run?.verdict).toBe('error');
  },
);

test('a scorer asked for by its whole name is the same scorer', async () => {
  const { gate, run } = setting(policy.replace('faithful', 'score/faithful'));
  const marked = await run({ uncertified: { 'score/faithful': noCertificate } });
  expect((await gate({ baseline: 'none', candidate: marked })).report.verdict).toBe('error');
});

test('as a guard without bounds it is shown with a warning; a bound would decide, and is refused', async () => {
  const guarded = (bounds: string): string =>
    policy.replace('    faithful: { margin: 0.05 }\n', `  guards: { faithful: ${bounds} }\n`);
  const shown = setting(guarded('{}'));
  const marked = { uncertified: { 'score/faithful': noCertificate } };
  const open = await shown.gate({ baseline: await shown.run(marked), candidate: await shown.run(marked) });
  const bounded = setting(guarded('{ minimum: 0.5 }'));
  const refused = await bounded.gate({ baseline: await bounded.run(marked), candidate: await bounded.run(marked) });

  expect(open.report.verdict).toBe('pass');
  expect(open.report.problems).toEqual([expect.objectContaining({ severity: 'warning' })]);
  expect(open.run?.metrics['faithful']).toMatchObject({ value: 1 });
  expect(refused.report.verdict).toBe('error');
});

test('an advisory run decides nothing unless the policy takes it, and then not what its judges alone decided', async () => {
  const closed = setting();
  const open = setting(policy.replace('evals:\n', 'evals:\n  accept-advisory: true\n'));
  const flagged = { advisory: true, uncertified: {} };
  const judged = { advisory: true, uncertified: { 'pass-rate': noCertificate, score: noCertificate } };
  const refused = await closed.gate({ baseline: 'none', candidate: await closed.run(flagged) });
  const baseline = await open.run({ uncertified: {} });

  expect(refused.report.problems[0]).toMatchObject({ code: 'GATE_RUN_ADVISORY', severity: 'error' });
  expect(exitCodeOf(refused)).toBe(3);
  expect((await open.gate({ baseline, candidate: await open.run(flagged) })).report.verdict).toBe('pass');
  expect((await open.gate({ baseline, candidate: await open.run(judged) })).report.verdict).toBe('error');
});

test('a record of before judges were noted is read, and its scorers decide nothing', async () => {
  const old = setting();
  const named = await old.gate({ baseline: await old.run(), candidate: await old.run() });
  const rates = setting(policy.replace('    faithful: { margin: 0.05 }\n', ''));
  const passed = await rates.gate({ baseline: await rates.run(), candidate: await rates.run() });

  expect(named.report.problems).toEqual([
    expect.objectContaining({ severity: 'error', message: expect.stringContaining('does not say') }),
  ]);
  expect(passed.report.verdict).toBe('pass');
});
