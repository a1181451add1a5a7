// From the environment to typed inputs: the workflow's own first, then pawl.yml's, then defaults.
import {
  configuredInputs,
  hasErrors,
  mergeInputs,
  readInputs,
  type Inputs,
  type InputSpec,
  type Problem,
  type Read,
  type Verdict,
} from '@pawl/core';
import type { Action, ActionWorld } from './action.ts';
import { commonInputs, dataInputs, hiddenInputs, type CommonInputs } from './common-inputs.ts';
import { writtenInputs, type Environment } from './runner.ts';

export interface Settings extends CommonInputs {
  readonly failOn: readonly Verdict[];
}

/** The inputs that belong to the workflow; pawl.yml says nothing of them. */
export function readSettings(env: Environment): Read<Settings> {
  const spec = { ...commonInputs, ...dataInputs, ...hiddenInputs };
  const read = readInputs(spec, writtenInputs(env, Object.keys(spec)));
  if (read.value === undefined) return { problems: read.problems };
  const names = read.value['fail-on'];
  const unknown = names.filter((name) => !verdicts.has(name) && name !== 'never');
  const problems = unknown.map((name): Problem => ({
    code: 'INPUT_INVALID',
    severity: 'error',
    message: `Input "fail-on" has "${name}", which is no verdict that can fail a step.`,
    hint: 'Write any of fail, error, inconclusive; or never.',
  }));
  if (names.includes('never') && names.length > 1) {
    problems.push({
      code: 'INPUT_INVALID',
      severity: 'error',
      message: 'Input "fail-on" says never, and verdicts beside it.',
      hint: 'Write never alone, or the verdicts alone.',
    });
  }
  if (problems.length > 0) return { problems };
  return {
    value: { ...read.value, failOn: names.filter((name): name is Verdict => verdicts.has(name)) },
    problems: [],
  };
}

/** A feature's own inputs. */
export function readFeatureInputs<S extends InputSpec>(
  action: Action<S>,
  env: Environment,
  { config, placeInConfig }: Pick<ActionWorld, 'config' | 'placeInConfig'>,
): Read<Inputs<S>> {
  const written = writtenInputs(env, Object.keys(action.inputs));
  const read = readInputs(
    action.inputs,
    mergeInputs(configuredInputs(config, action.slug), written),
    undefined,
    // What the workflow gives wins, and is then not pawl.yml's mistake.
    (name) => ((written[name] ?? '').trim() === '' ? placeInConfig?.(action.slug, name) : undefined),
  );
  const { problems } = read;
  return read.value === undefined || hasErrors(problems) ? { problems } : { value: read.value, problems };
}

const verdicts: ReadonlySet<string> = new Set<Verdict>(['fail', 'error', 'inconclusive']);
