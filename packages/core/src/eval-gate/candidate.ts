// Which files speak for the candidate: its model, its predictions, or both.
import type { Sha256 } from '../formats/canonical.ts';
import { didYouMean } from '../formats/did-you-mean.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { RunInput } from '../formats/run.ts';
import type { Workspace } from '../ports/workspace.ts';
import { isEndpoint, parseEndpoint, type EndpointAddress } from './endpoint-address.ts';
import { findRun, isRunAddress, type RunWorld } from './eval-run/find-run.ts';
import { suiteOf } from './eval-run/policy.ts';
import type { EvalSide } from './eval-run/sample.ts';
import { pointedFile } from './baseline.ts';
import type { EvalGateInputs } from './inputs.ts';
import { isDataFile } from './plan.ts';
import { reasonOf } from './reason.ts';

export interface CandidateFiles {
  /** Path of the model, where there is one. */
  readonly path?: string;
  /** Path of its predictions; the model is then not run. */
  readonly predictions?: string;
  /** A live endpoint that is asked instead. */
  readonly endpoint?: EndpointAddress;
  /** An eval run's cases, where the policy judges those. */
  readonly evalSide?: EvalSide;
  /**
   * What the verdict is bound to: the model file's digest, the predictions' where there is no model, the prompt's that an
   * eval run judged; for an endpoint its address's, which no version has.
   */
  readonly digest: string;
  readonly inputs: readonly RunInput[];
}

export interface CandidateWorld extends RunWorld {
  readonly workspace: Workspace;
}

export async function findCandidate(
  inputs: EvalGateInputs,
  policy: GatePolicy,
  world: CandidateWorld,
): Promise<Read<CandidateFiles>> {
  const { workspace } = world;
  const named = inputs.candidate ?? policy.model;
  if (policy.task === 'eval-run') return findEval(named ?? `latest:prompt-regression/${suiteOf(policy)}`, world);
  if (named !== undefined && isEndpoint(named) && inputs.predictions === undefined)
    return endpointCandidate(named, world.context.sha256);
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
    const read = await (role === 'model' && predictions !== undefined ? spokenFor : fingerprint)(file, workspace);
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

function endpointCandidate(named: string, sha256: Sha256): Read<CandidateFiles> {
  const { value: endpoint, problems } = parseEndpoint(named);
  if (endpoint === undefined) return { problems };
  const digest = sha256(endpoint.shown);
  return { value: { endpoint, digest, inputs: [{ role: 'model', path: endpoint.shown, digest }] }, problems };
}

async function findEval(address: string, world: RunWorld): Promise<Read<CandidateFiles>> {
  if (!isRunAddress(address)) {
    const hint = 'Give run:ID, or latest:prompt-regression/NAME.';
    return { problems: [problem(`"${address}" is no run, and the policy judges eval runs.`, hint)] };
  }
  const found = await findRun(address, world);
  if (found.value === undefined) return { problems: found.problems };
  const { run, digest } = found.value;
  const { pullRequest, commit } = world.context.origin;
  // The newest run may be of another branch: it says nothing of what this change does.
  if (pullRequest !== undefined && address.startsWith('latest:') && run.origin.commit !== commit) {
    const message = `The newest run (${run.id}) was not made at the commit that the pull request is judged at.`;
    return {
      problems: [problem(message, 'Evaluate the suite before the gate in the same job, or name a run: run:ID.')],
    };
  }
  const inputs: RunInput[] = [{ role: 'predictions', digest, run: run.id }];
  const evalSide: EvalSide = { stored: found.value, half: 'after' };
  return { value: { evalSide, digest: run.subject?.digest ?? digest, inputs }, problems: [] };
}

/** A model that is not run may be there as a Git LFS pointer only: it is the file that the pointer stands for. */
async function spokenFor(file: string, workspace: Workspace): ReturnType<typeof fingerprint> {
  const found = await fingerprint(file, workspace);
  if (found.value === undefined || found.value.bytes > 1024) return found;
  const bytes = await workspace.read(file);
  return { ...found, value: (bytes && pointedFile(bytes)) ?? found.value };
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
