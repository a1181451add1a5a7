// Two models' answers, exchanged in some rows: if nothing had changed, either could have been the candidate's.
import type { Arms } from '../task.ts';
import type { Arm } from './sample.ts';

/** @param rows 1 where the answers trade places. Probabilities are kept where both models give them. */
export function exchangedArms({ candidate, baseline }: Arms<Arm>, rows: Uint8Array): Arms<Arm> {
  if (baseline === undefined) throw new TypeError('there is nothing to exchange with');
  return { candidate: mixed(candidate, baseline, rows), baseline: mixed(baseline, candidate, rows) };
}

function mixed(own: Arm, other: Arm, rows: Uint8Array): Arm {
  const predicted = own.predicted.map((value, row) => (rows[row] === 1 ? other.predicted[row]! : value));
  const [mine, theirs] = [own.probabilities, other.probabilities];
  if (mine === undefined || theirs === undefined) return { predicted };
  const classes = mine.length / predicted.length;
  const probabilities = mine.slice();
  for (let row = 0; row < rows.length; row++) {
    if (rows[row] === 1) probabilities.set(theirs.subarray(row * classes, (row + 1) * classes), row * classes);
  }
  return { predicted, probabilities };
}
