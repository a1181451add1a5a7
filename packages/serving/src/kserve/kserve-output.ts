// Which output of a served model holds its answers.
import type { ModelError } from '@pawl/core';

export interface ChosenOutput {
  readonly name: string;
  readonly kind: 'numbers' | 'labels';
  /** Its name says so. */
  readonly isProbability: boolean;
}

type MakeProblem = (code: string, said: string, hint: string) => ModelError;

/** As of an ONNX file: floating point before classes, and of those what is called a probability. @throws ModelError */
export function chooseOutput(outputs: readonly Record<string, unknown>[], problem: MakeProblem): ChosenOutput {
  const of = (types: RegExp): string[] =>
    outputs.flatMap(({ name, datatype }) => (types.test(String(datatype)) ? [String(name)] : []));
  const floats = of(/^FP\d+$/);
  const name = floats.find((each) => /prob/i.test(each)) ?? floats[0];
  if (name !== undefined) return { name, kind: 'numbers', isProbability: /prob/i.test(name) };
  const [label] = of(/^(U?INT\d+|BYTES|BOOL)$/);
  if (label !== undefined) return { name: label, kind: 'labels', isProbability: false };
  const known = outputs.map((output) => String(output['name'])).join(', ');
  throw problem('MODEL_OUTPUT', 'has no output that holds probabilities or classes', `It has: ${known || 'none'}.`);
}
