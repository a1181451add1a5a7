// Which runtime gave each side's answers: the same model may answer otherwise in the last digits on another one.
import type { Problem } from '../formats/problem.ts';
import type { ModelRuntime, ModelScorer } from '../ports/model-scorer.ts';

/** Params of a gate's run: what ran each side's model, as `native 1.30.0`. */
export const runtimeParams = { candidate: 'onnx-runtime', baseline: 'baseline-onnx-runtime' } as const;

export interface Ran {
  /** Sides whose model was run now. */
  readonly candidate: boolean;
  readonly baseline: boolean;
  /** What ran production's model when its stored predictions were made; undefined where none were read, or it is not known. */
  readonly stored: string | undefined;
}

export interface RuntimesSaid {
  readonly params: Readonly<Record<string, string>>;
  readonly smallPrint: readonly string[];
  readonly problems: readonly Problem[];
}

export async function runtimesSaid(scorer: ModelScorer, { candidate, baseline, stored }: Ran): Promise<RuntimesSaid> {
  const runtime = candidate || baseline ? await scorer.runtime?.() : undefined;
  const now = runtime === undefined ? undefined : paramOf(runtime);
  const production = baseline ? now : stored;
  const differ = candidate && now !== undefined && production !== undefined && now !== production;
  return {
    params: {
      ...(candidate && now !== undefined && { [runtimeParams.candidate]: now }),
      ...(production !== undefined && { [runtimeParams.baseline]: production }),
    },
    smallPrint: [
      ...(now === undefined ? [] : [`Models ran on ${wordsOf(now)}.`]),
      ...(runtime?.note === undefined ? [] : [runtime.note]),
      ...(differ ? [`Production's stored predictions were made on ${wordsOf(production)}.`] : []),
    ],
    problems: differ && kindOf(now) !== kindOf(production) ? [different(now, production)] : [],
  };
}

const paramOf = ({ kind, version }: ModelRuntime): string => `${kind} ${version}`;
const kindOf = (param: string): string => param.split(' ')[0]!;

function wordsOf(param: string): string {
  const [kind, version] = param.split(' ');
  return `ONNX Runtime ${version} (${kind === 'wasm' ? 'WebAssembly' : kind})`;
}

const different = (now: string, stored: string): Problem => ({
  code: 'GATE_RUNTIMES_DIFFER',
  severity: 'warning',
  message: `The candidate ran on ${wordsOf(now)}, production's stored predictions were made on ${wordsOf(stored)}.`,
  hint: `The last digits of their numbers may differ: ask for the same one, \`onnx-runtime: ${kindOf(stored)}\`.`,
});
