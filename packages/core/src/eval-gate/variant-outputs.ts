// How far a variant's outputs are from its original's, beside what it saves. Pure.
import type { Block } from '../formats/report.ts';
import type { ModelScores } from '../ports/model-scorer.ts';
import type { Cost } from './resources-evidence.ts';
import type { TaskEvidence } from './task.ts';
import { countText, numberText } from './words.ts';

export interface OutputDifference {
  /** Largest and mean absolute difference of an output; undefined where the models give classes alone. */
  readonly largest?: number;
  readonly mean?: number;
  /** Rows whose predicted class differs; undefined where answers are no classes. */
  readonly changed?: number;
  readonly rows: number;
}

export function outputDifference(
  candidate: ModelScores,
  baseline: ModelScores,
  evidence: Pick<TaskEvidence, 'rows' | 'answers'>,
): OutputDifference {
  const { answers, rows } = evidence;
  let changed: number | undefined;
  if (answers?.classes !== undefined) {
    changed = 0;
    for (let row = 0; row < rows; row++) {
      if (answers.prediction('candidate', row) !== answers.prediction('baseline', row)) changed++;
    }
  }
  const [a, b] = [outputsOf(candidate), outputsOf(baseline)];
  const known = { rows, ...(changed !== undefined && { changed }) };
  if (a.length === 0 || a.length !== b.length) return known;
  let [largest, sum] = [0, 0];
  for (let index = 0; index < a.length; index++) {
    const difference = Math.abs(a[index]! - b[index]!);
    // NaN beats everything: an output that is no number is as far as can be.
    if (!(difference <= largest)) largest = difference;
    sum += difference;
  }
  return { ...known, largest, mean: sum / a.length };
}

const outputsOf = ({ probabilities, values }: ModelScores): Float64Array => values ?? probabilities;

/** What the variant saves and what it changes: a sentence, and a table with intervals. */
export function variantBlocks(difference: OutputDifference, costs: readonly Cost[]): Block[] {
  const savings = costs.flatMap(savingOf);
  const said = [...savings, ...outputWords(difference)];
  if (said.length === 0) return [];
  const table: Block = {
    type: 'table',
    columns: [
      { title: 'cost' },
      { title: 'original', align: 'right' },
      { title: 'variant', align: 'right' },
      { title: 'variant ÷ original (95 %)', align: 'right' },
    ],
    rows: costs.flatMap((cost) => {
      const { name, candidate, baseline, ratio } = cost;
      if (ratio === undefined) return [];
      const [low, high] = ratio.within(0.95);
      const spread = low === high ? '' : ` (${ratioText(low)} … ${ratioText(high)})`;
      return [[name, number(baseline?.value), number(candidate.value), `${ratioText(ratio.value)}${spread}`]];
    }),
  };
  return [
    { type: 'text', text: `The variant against its original: ${said.join('; ')}.` },
    ...(savings.length === 0 ? [] : [{ type: 'details' as const, summary: 'What the variant costs', blocks: [table] }]),
  ];
}

const shown: Readonly<Partial<Record<Cost['name'], readonly [what: string, less: string, more: string]>>> = {
  'size-mb': ['', 'smaller', 'larger'],
  'latency-p50-ms': [' for one row', 'faster', 'slower'],
  'batch-latency-p50-ms': [' for a batch', 'faster', 'slower'],
  'memory-mb': [' in memory', 'smaller', 'larger'],
};

function savingOf({ name, ratio }: Cost): string[] {
  const words = shown[name];
  if (words === undefined || ratio === undefined) return [];
  const [what, less, more] = words;
  const [low, high] = ratio.within(0.95);
  const spread = (from: number, to: number): string =>
    low === high ? '' : ` (95 % CI ${factorText(from)} … ${factorText(to)})`;
  if (ratio.value <= 1) return [`${factorText(1 / ratio.value)} × ${less}${what}${spread(1 / high, 1 / low)}`];
  return [`${factorText(ratio.value)} × ${more}${what}${spread(low, high)}`];
}

function outputWords({ largest, mean, changed, rows }: OutputDifference): string[] {
  const words: string[] = [];
  if (largest !== undefined && mean !== undefined)
    words.push(`outputs differ by at most ${smallText(largest)}, ${smallText(mean)} on average`);
  if (changed !== undefined) {
    const share = ((100 * changed) / Math.max(1, rows)).toFixed(2);
    words.push(`${countText(changed)} of ${countText(rows)} rows change their class (${share} %)`);
  }
  return words;
}

const factorText = (factor: number): string => factor.toFixed(2);
const ratioText = (ratio: number): string => `${ratio.toFixed(2)} ×`;
const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : numberText(value);
const smallText = (value: number): string =>
  value === 0 ? '0' : value < 1e-4 ? value.toExponential(1).replace('-', '−') : value.toPrecision(2);
