// An optimised variant of a model (quantised, converted) is a candidate whose production is the model it was made from.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Read } from '../formats/problem.ts';
import type { EvalGateInputs } from './inputs.ts';

/**
 * The inputs that a variant stands for: its file as candidate, and the policy's own model as baseline unless another
 * one is asked for.
 */
export function inputsOfVariant(inputs: EvalGateInputs, policy: GatePolicy): Read<EvalGateInputs> {
  const { variant } = inputs;
  if (variant === undefined) return { value: inputs, problems: [] };
  const known = policy.variants ?? [];
  const found = known.find(({ name }) => name === variant);
  if (found === undefined) {
    return problem(
      `The policy names no variant "${variant}".`,
      known.length === 0
        ? 'List it in the policy: `variants: [{ name: int8, path: models/NAME.int8.onnx }]`.'
        : capital(
            didYouMean(
              variant,
              known.map(({ name }) => name),
            ),
          ),
    );
  }
  if (inputs.candidate !== undefined)
    return problem('Both a variant and a candidate are given.', 'Give one of them; a variant is the candidate.');
  if (inputs.baseline !== 'auto') return { value: { ...inputs, candidate: found.path }, problems: [] };
  if (policy.model === undefined) {
    return problem(
      `What the variant "${variant}" was made from is not known.`,
      'Name the original in the policy (`model: models/NAME.onnx`), or give it as `baseline`.',
    );
  }
  return { value: { ...inputs, candidate: found.path, baseline: policy.model }, problems: [] };
}

const problem = (message: string, hint: string): Read<never> => ({
  problems: [{ code: 'GATE_VARIANT', severity: 'error', message, hint }],
});

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
