// Which files speak for the candidate: its model, its predictions, or both.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { RunInput } from '../formats/run.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { EvalGateInputs } from './inputs.ts';
import { isDataFile } from './plan.ts';
import { reasonOf } from './reason.ts';

export interface CandidateFiles {
  /** Path of the model, where there is one. */
  readonly path?: string;
  /** Path of its predictions; the model is then not run. */
  readonly predictions?: string;
  /** What the verdict is bound to: the model file's digest, or the predictions' where there is no model. */
  readonly digest: string;
  readonly inputs: readonly RunInput[];
}

export async function findCandidate(
  inputs: EvalGateInputs,
  policy: GatePolicy,
  workspace: Workspace,
): Promise<Read<CandidateFiles>> {
  const named = inputs.candidate ?? policy.model;
  const predictions = inputs.predictions ?? (named !== undefined && isDataFile(named) ? named : undefined);
  const path = named === predictions ? undefined : named;
  if (path === undefined && predictions === undefined) {
    return {
      problems: [
        problem('No candidate is given.', 'Give `candidate` (an ONNX or predictions file), or `model` in the policy.'),
      ],
    };
  }
  const files: RunInput[] = [];
  const problems: Problem[] = [];
  for (const [role, file] of [
    ['model', path],
    ['predictions', predictions],
  ] as const) {
    // A model that is not run need not be there: its predictions speak for it, unless the user named it.
    if (file === undefined || (role === 'model' && predictions !== undefined && inputs.candidate === undefined))
      continue;
    const read = await fingerprint(file, workspace);
    if (read.value === undefined) problems.push(...read.problems);
    else files.push({ role, path: file, ...read.value });
  }
  const [first] = files;
  if (problems.length > 0 || first === undefined) return { problems };
  const value = {
    digest: first.digest,
    inputs: files,
    ...(path !== undefined && { path }),
    ...(predictions !== undefined && { predictions }),
  };
  return { value, problems: [] };
}

async function fingerprint(file: string, workspace: Workspace): Promise<Read<{ digest: string; bytes: number }>> {
  try {
    const found = await workspace.fingerprint(file);
    if (found !== undefined) return { value: found, problems: [] };
    const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
    const near = await workspace.list(`${folder}*`);
    const hint =
      near.length === 0 ? 'Check the path; it starts at the root of the repository.' : didYouMean(file, near);
    return { problems: [{ ...problem(`There is no file "${file}".`, capital(hint)), file }] };
  } catch (error) {
    const { message, hint } = reasonOf(error);
    return { problems: [{ ...problem(message, hint ?? 'Give a path inside the repository.'), file }] };
  }
}

const problem = (message: string, hint: string): Problem => ({
  code: 'GATE_CANDIDATE_MISSING',
  severity: 'error',
  message,
  hint,
});
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
