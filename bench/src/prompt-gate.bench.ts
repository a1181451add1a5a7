// How often the gate of prompt regression errs, by seeded simulation of the code that decides: the bars, and the table
// that the documentation shows.
import { rehearse, type PromptPolicy } from '@pawl/core/prompt-regression';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { shareResult, type BenchRequest, type BenchResult } from './result.ts';

interface Rates {
  readonly pass: number;
  readonly fail: number;
  readonly open: number;
  readonly rounds: number;
}

interface Setting {
  readonly n: number;
  readonly margin: number;
  readonly repeats: number;
  readonly loss: number;
  readonly runs: number;
}

const losses = [0, 0.05, 0.1];

export async function run({ short, page }: BenchRequest): Promise<readonly BenchResult[]> {
  const barred = { n: 200, margin: 0.05, repeats: 5, runs: short ? 300 : 4000 };
  const unchanged = simulate({ ...barred, loss: 0 });
  const worse = simulate({ ...barred, loss: 0.1 });
  if (!short) page(gateTable(1000));
  const figure = (name: string, share: number, budget: string): BenchResult =>
    shareResult(`200 cases, margin 5 points, ≤ 5 repeats: ${name}`, share, budget);
  return [
    figure('no change fails', unchanged.fail, '≤ 5 %'),
    figure('no change passes', unchanged.pass, '≥ 90 %'),
    figure('a loss of 10 points fails', worse.fail, '≥ 95 %'),
    { name: 'repeats asked without a change, mean', value: unchanged.rounds, unit: 'repeats' },
  ];
}

/** Every cell has its own seed, made of its setting: one more row moves no other. */
export function simulate({ n, margin, repeats, loss, runs }: Setting): Rates {
  const random = xoroshiro128plus(Math.round(n * 7 + margin * 100_003 + repeats * 1009 + loss * 1_000_003));
  const policy: PromptPolicy = { margin, repeats: 1, maxRepeats: repeats, minCases: 30 };
  const counts = { pass: 0, fail: 0, inconclusive: 0, error: 0 };
  let rounds = 0;
  for (let index = 0; index < runs; index++) {
    const rehearsal = rehearse(suite(random, n, loss), policy);
    counts[rehearsal.verdict] += 1;
    rounds += rehearsal.rounds;
  }
  return {
    pass: counts.pass / runs,
    fail: counts.fail / runs,
    open: counts.inconclusive / runs,
    rounds: rounds / runs,
  };
}

/**
 * The mix that suites have: 70 % of cases are right 97 times in 100, 20 % waver at 60, 10 % are hard, at 10. The hard ones
 * have little to lose; the others carry the loss, so that its mean over all cases is `loss`.
 */
function suite(random: RandomGenerator, n: number, loss: number) {
  const chances = Array.from({ length: n }, () => {
    const kind = uniformFloat64(random);
    return kind < 0.7 ? 0.97 : kind < 0.9 ? 0.6 : 0.1;
  });
  const before = chances.map((): number[] => []);
  const after = chances.map((): number[] => []);
  return (rounds: number) => {
    for (const [index, right] of chances.entries()) {
      const lost = right > 0.1 ? right - loss / 0.9 : right;
      while (before[index]!.length < rounds) {
        before[index]!.push(Number(uniformFloat64(random) < right));
        after[index]!.push(Number(uniformFloat64(random) < lost));
      }
    }
    return { before, after };
  };
}

function gateTable(runs: number): string {
  const percent = (share: number): string => `${(100 * share).toFixed(share > 0.0995 || share === 0 ? 0 : 1)}`;
  const rows = [50, 100, 200, 400].flatMap((n) =>
    [0.02, 0.03, 0.05].flatMap((margin) =>
      [1, 3, 5].map((repeats) => {
        const cells = losses.map((loss) => {
          const { pass, fail, open, rounds } = simulate({ n, margin, repeats, loss, runs });
          return `${percent(pass)} / ${percent(fail)} / ${percent(open)} · ${rounds.toFixed(1)}`;
        });
        return `| ${n} | ${margin * 100} | ${repeats} | ${cells.join(' | ')} |`;
      }),
    ),
  );
  return [
    `Pass / fail / inconclusive in per cent · mean number of repeats, ${runs.toLocaleString('en')} simulated pull requests a cell:`,
    '',
    '| cases | margin, points | repeats, at most | no change | 5 points worse | 10 points worse |',
    '| ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
  ].join('\n');
}
