// How a suite is judged: inputs win over the file, the file over the defaults.
import type { EvalPolicy, EvalSuite } from '../formats/eval-suite.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { PromptRegressionInputs } from './inputs.ts';

export interface PromptPolicy {
  readonly margin: number;
  readonly repeats: number;
  readonly minCases: number;
  readonly threshold?: number;
  /** Up to so often each request is asked while the verdict is open; `repeats` when it is missing. */
  readonly maxRepeats?: number;
  readonly gating?: EvalPolicy['gating'];
  readonly latency?: number;
  readonly firstToken?: number;
  readonly betweenTokens?: number;
  readonly cost?: number;
  readonly safety?: EvalPolicy['safety'];
  readonly quarantine?: EvalPolicy['quarantine'];
}

export function policyOf(
  inputs: PromptRegressionInputs,
  own: EvalSuite['policy'],
  run: EvalSuite['run'] = {},
): Read<PromptPolicy> {
  const threshold = inputs.threshold ?? own.threshold;
  const repeats = inputs.repeats ?? run.repeats ?? own.repeats;
  // Inputs that ask for more repeats than a suite's most are no contradiction.
  const maxRepeats =
    inputs['max-repeats'] ?? (own.maxRepeats === undefined ? undefined : Math.max(repeats, own.maxRepeats));
  const policy = {
    ...own,
    margin: inputs.margin ?? own.margin,
    repeats,
    minCases: inputs['min-cases'] ?? own.minCases,
    ...(maxRepeats !== undefined && { maxRepeats }),
    ...(threshold !== undefined && { threshold }),
  };
  const checks: readonly (readonly [boolean, string, string])[] = [
    [policy.margin >= 0 && policy.margin < 1, 'margin', 'Give a share such as 0.03, for three points.'],
    [isWhole(policy.repeats, 1, 100), 'repeats', 'Give a whole number from 1 to 100.'],
    [
      maxRepeats === undefined || (isWhole(maxRepeats, 1, 100) && maxRepeats >= repeats),
      'max-repeats',
      'Give a whole number from "repeats" to 100.',
    ],
    [isWhole(policy.minCases, 1), 'min-cases', 'Give a whole number from 1.'],
    [threshold === undefined || (threshold >= 0 && threshold <= 1), 'threshold', 'Give a share such as 0.8.'],
    [isWhole(inputs.concurrency ?? 1, 1, 256), 'concurrency', 'Give a whole number from 1 to 256.'],
    [(inputs.timeout ?? 1) > 0, 'timeout', 'Give a number of seconds.'],
    [
      (inputs['price-prompt'] === undefined) === (inputs['price-completion'] === undefined),
      'price-prompt',
      'Give both prices, price-prompt and price-completion, or none.',
    ],
  ];
  const problems: Problem[] = checks
    .filter(([ok]) => !ok)
    .map(([, name, hint]) => ({
      code: 'INPUT_INVALID',
      severity: 'error',
      message: `The input "${name}" is out of range.`,
      hint,
    }));
  return problems.length > 0 ? { problems } : { value: policy, problems };
}

const isWhole = (value: number, least: number, most = Infinity): boolean =>
  Number.isInteger(value) && value >= least && value <= most;
