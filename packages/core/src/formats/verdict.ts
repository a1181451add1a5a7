// The four verdicts, and the one table of what each means outside (DESIGN: verdict table).
import * as z from 'zod/mini';

export const Verdict = z.enum(['pass', 'fail', 'inconclusive', 'error']);
export type Verdict = z.infer<typeof Verdict>;

export const slugs = ['data-validation', 'eval-gate', 'prompt-regression', 'drift-report', 'deploy'] as const;
/** The five features, spelled the same in folders, modules, run kinds and reports. */
export type Slug = (typeof slugs)[number];

/** Exit code of a command whose own files or arguments are wrong, whatever the verdict. */
export const usageExitCode = 2;

export const exitCodes: Readonly<Record<Verdict, number>> = { pass: 0, fail: 1, error: 3, inconclusive: 4 };

/** Inconclusive is neutral, never success: "could not tell" must not turn a check green. */
export const checkConclusions: Readonly<Record<Verdict, 'success' | 'failure' | 'neutral'>> = {
  pass: 'success',
  fail: 'failure',
  error: 'failure',
  inconclusive: 'neutral',
};

const severity: readonly Verdict[] = ['pass', 'inconclusive', 'fail', 'error'];

/** The worst of several verdicts; `error` when there is none at all, since nothing was judged. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'error';
  return verdicts.reduce((worst, next) => (severity.indexOf(next) > severity.indexOf(worst) ? next : worst));
}
