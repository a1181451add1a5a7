// The real promptfoo scores the same answers the same. PAWL_INTEROP_PROMPTFOO names a folder whose node_modules has it.
import { beforeAll, describe, expect, test } from 'vitest';
import { rows } from './promptfoo-cases.ts';
import { differences } from './promptfoo-differences.ts';
import { agrees, compareAll, loadPromptfoo, type Compared } from './promptfoo-peer.ts';

const folder = process.env['PAWL_INTEROP_PROMPTFOO'];
if (folder === undefined)
  console.warn('promptfoo interop is skipped: PAWL_INTEROP_PROMPTFOO names no folder with node_modules/promptfoo.');

const rulesFor = (pair: Compared) =>
  differences.filter(({ types, applies }) => types.includes(pair.row.type) && applies(pair));

describe.runIf(folder !== undefined)('promptfoo', () => {
  let pairs: readonly Compared[] = [];
  beforeAll(async () => {
    pairs = await compareAll(await loadPromptfoo(folder ?? ''), rows);
    console.log(
      `${pairs.length} pairs of assertion and output, ${pairs.filter(({ theirs, ours }) => agrees(theirs, ours)).length} agree`,
    );
  });

  test('gives the same verdict and score for every assertion that has no named difference', () => {
    const strangers = pairs.filter((pair) => !agrees(pair.theirs, pair.ours) && rulesFor(pair).length === 0);
    expect(strangers.map(({ name, why }) => `${name}: ${why}`)).toEqual([]);
    expect(pairs.length).toBeGreaterThan(8000);
  });

  test('differs only in the way that each named difference says', () => {
    const others = pairs.filter((pair) => {
      if (agrees(pair.theirs, pair.ours)) return false;
      return rulesFor(pair).some(({ ours }) => !isAsSaid(pair, ours));
    });
    expect(others.map(({ name, why }) => `${name}: ${why}`)).toEqual([]);
  });

  test('needs each named difference', () => {
    const unused = differences.filter(
      (rule) => !pairs.some((pair) => !agrees(pair.theirs, pair.ours) && rulesFor(pair).includes(rule)),
    );
    expect(unused.map(({ reason }) => reason)).toEqual([]);
  });
});

function isAsSaid({ theirs, ours }: Compared, said: 'cannot-tell' | 'opposite' | 'scored'): boolean {
  if (said === 'cannot-tell') return ours === 'error';
  if (ours === 'error') return false;
  return said === 'scored' || (theirs !== 'error' && ours.pass !== theirs.pass);
}
