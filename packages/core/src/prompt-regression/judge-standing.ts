// Judges that nobody has checked against people do not decide: their assertions are shown and do not count. Where a case
// has no others, nothing else could decide it, so the whole run only reports.
import type { Sha256 } from '../formats/canonical.ts';
import type { Assertion, AssertionSet, EvalCase, EvalProvider, EvalSuite } from '../formats/eval-suite.ts';
import type { Problem } from '../formats/problem.ts';
import type { Workspace } from '../ports/workspace.ts';
import { judgedTypes, judgesOf, judgeStanding, readCertificates } from '../judges/index.ts';

export interface StandingSuite {
  /** Its uncertified judges' assertions are marked. */
  readonly suite: EvalSuite;
  /** Some case is judged by such judges alone. */
  readonly advisory: boolean;
  readonly problems: readonly Problem[];
}

export interface StandingRequest {
  readonly suite: EvalSuite;
  readonly workspace: Pick<Workspace, 'list' | 'readText'>;
  /** The judge where an assertion names none. */
  readonly byDefault: EvalProvider | undefined;
  /** ISO 8601: certificates grow old. */
  readonly now: string;
  readonly sha256: Sha256;
}

export async function withStanding({
  suite,
  workspace,
  byDefault,
  now,
  sha256,
}: StandingRequest): Promise<StandingSuite> {
  const judges = judgesOf(suite, byDefault, sha256);
  if (judges.length === 0) return { suite, advisory: false, problems: [] };
  const certificates = await readCertificates(workspace, suite.file, suite.certificate);
  const reasons = new Map<string, string>();
  for (const { assertion, model = '' } of judges) {
    const standing = judgeStanding({ assertion, model }, certificates.value ?? [], { now, sha256 });
    if (!standing.gating) reasons.set(keyOf(assertion), standing.reason);
  }
  if (reasons.size === 0) return { suite, advisory: false, problems: certificates.problems };
  const ownReason: ReasonOf = (assertion) =>
    judgedTypes.has(assertion.type) ? reasons.get(keyOf(assertion)) : undefined;
  // What takes its score from others knows no more than they do.
  const reasonIn = ({ assertions }: EvalCase): ReasonOf => {
    const borrowed = assertions
      .flatMap(partsOf)
      .map(ownReason)
      .find((reason) => reason !== undefined);
    return (assertion) => (assertion.type === 'max-score' ? borrowed : ownReason(assertion));
  };
  // Without a weight it is a number to look at, which holds whatever the answer is. A rule of the user's is told every score.
  const decides = (item: EvalCase): boolean => {
    const reasonOf = reasonIn(item);
    const isUncertified = (part: Assertion): boolean => reasonOf(part) !== undefined;
    if (!item.assertions.flatMap(partsOf).some(isUncertified)) return item.assertions.length > 0;
    if (item.scoring !== undefined) return false;
    return item.assertions.some((each) => partsOf(each).some((part) => part.weight !== 0 && !isUncertified(part)));
  };
  const cases = suite.cases.map((item) => {
    const [reasonOf, advisory] = [reasonIn(item), decides(item)];
    return { ...item, assertions: item.assertions.map((each) => marked(each, reasonOf, advisory)) };
  });
  const advisory = suite.cases.some((item) => !decides(item));
  const told = [...new Set(reasons.values())].map((reason): Problem => ({
    code: 'JUDGE_ADVISORY',
    severity: 'warning',
    message: reason,
    hint: advisory
      ? 'Nothing else judges some of the cases, so this run reports and never fails.'
      : 'Its scores are shown and do not decide.',
    file: suite.file,
  }));
  return { suite: { ...suite, cases }, advisory, problems: [...certificates.problems, ...told] };
}

/** What makes two assertions the same judge, but for the model: that is one for all that name none. */
const keyOf = ({ type, value, rubricPrompt, provider }: Assertion): string =>
  JSON.stringify([type, value, rubricPrompt, provider]);

const partsOf = (each: Assertion | AssertionSet): readonly Assertion[] =>
  each.kind === 'set' ? each.assertions : [each];

type ReasonOf = (assertion: Assertion) => string | undefined;

/** @param advisory something else decides the case */
function marked(each: Assertion | AssertionSet, reasonOf: ReasonOf, advisory: boolean): Assertion | AssertionSet {
  const mark = (part: Assertion): Assertion => {
    const uncertified = reasonOf(part);
    return uncertified === undefined ? part : { ...part, uncertified, ...(advisory && { advisory }) };
  };
  return each.kind === 'set' ? { ...each, assertions: each.assertions.map(mark) } : mark(each);
}
