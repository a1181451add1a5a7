// The evidence of eval runs: the cases that both sides answered.
import type { Read } from '../../formats/problem.ts';
import type { RunInput } from '../../formats/run.ts';
import type { Baseline } from '../baseline.ts';
import type { Evidence } from '../gather.ts';
import type { ReadPolicy } from '../read-policy.ts';
import { evalEvidence } from './evidence.ts';
import { pairSides, shownOf, type EvalSide } from './sample.ts';
import { standingProblems } from './standing.ts';

export function gatherEval(
  { policy, place }: Pick<ReadPolicy, 'policy' | 'place'>,
  candidate: EvalSide,
  baseline: Exclude<Baseline, { state: 'unreadable' }>,
): Read<Evidence> {
  const other = baseline.state === 'present' ? baseline.evalSide : undefined;
  const problems = standingProblems(policy, other === undefined ? [candidate] : [candidate, other], place);
  const sample = pairSides(candidate, other, policy.evals?.column);
  if (sample.value === undefined) return { problems: [...problems, ...sample.problems] };
  const inputs: RunInput[] =
    other === undefined
      ? []
      : [{ role: 'predictions', digest: other.stored.digest, run: other.stored.run.id, side: 'baseline' }];
  return {
    value: {
      task: evalEvidence(policy, sample.value),
      candidateDigest: keyOf(candidate),
      ...(other !== undefined && { baselineDigest: keyOf(other) }),
      inputs,
      params: {},
      smallPrint: [
        `Candidate: ${shownOf(candidate)}.`,
        ...(other === undefined
          ? []
          : [`Baseline: ${other.half === 'after' ? '' : 'what was compared with in '}${shownOf(other)}.`]),
      ],
    },
    problems,
  };
}

/** The same half of the same file is the same evidence; the other half is not. */
const keyOf = ({ stored, half }: EvalSide): string => `${stored.digest}/${half}`;
