// What the candidate is compared with. Absent, unreadable and present are three states; unreadable never passes.
import { findVersion, productionOf, sourceOf, versionAsked, type NamedVersion } from '../baseline/index.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem } from '../formats/problem.ts';
import type { BaselineSource } from '../formats/run.ts';
import { parseVersion } from '../formats/version-ref.ts';
import type { History } from '../ports/history.ts';
import type { Registry } from '../ports/registry.ts';
import type { Workspace } from '../ports/workspace.ts';
import { isEndpoint, parseEndpoint, type EndpointAddress } from './endpoint-address.ts';
import { resolveEvalBaseline } from './eval-run/baseline.ts';
import type { RunWorld, StoredEval } from './eval-run/find-run.ts';
import type { EvalSide } from './eval-run/sample.ts';
import { unreadable, withoutProduction } from './baseline-states.ts';
import { isDataFile } from './plan.ts';
import { reasonOf } from './reason.ts';

export type Baseline =
  | { readonly state: 'absent'; readonly why: string }
  | { readonly state: 'unreadable'; readonly problem: Problem }
  | {
      readonly state: 'present';
      readonly source: BaselineSource;
      /** `flight-delay@v1.2.0`, for the footer. */
      readonly words: string;
      /** Path for messages. */
      readonly path: string;
      readonly model?: Uint8Array;
      /** Where predictions speak for a version's model: its bytes, should anybody ask whose they are. */
      readonly readModel?: () => Promise<Uint8Array | undefined>;
      /** A model that is only pointed at: its digest, and why it cannot be run. What it answered may be known all the same. */
      readonly pointedAt?: { readonly digest: string; readonly problem: Problem };
      /** Predictions in the workspace, instead of a model. */
      readonly predictions?: string | undefined;
      /** A live endpoint, instead of a model. */
      readonly endpoint?: EndpointAddress;
      /** An eval run's cases, instead of a model. */
      readonly evalSide?: EvalSide;
    };

export interface BaselineQuestion {
  /** The input as written: `auto`, `required`, `none`, a version, a label, a Git ref, a file. */
  readonly asked: string;
  readonly policy: GatePolicy;
  /** Where a baseline's commit holds its model: the policy's path, else the candidate's. */
  readonly modelPath: string | undefined;
  /** The baseline's predictions, where they are given: its model need not be read, or be known at all. */
  readonly predictions: string | undefined;
  /** The candidate's eval run, where the policy judges those, and where others are read. */
  readonly evals?: { readonly candidate: StoredEval; readonly world: RunWorld } | undefined;
}

interface Ports {
  readonly workspace: Workspace;
  readonly history: History;
  readonly registry: Registry;
}

export async function resolveBaseline(question: BaselineQuestion, ports: Ports): Promise<Baseline> {
  const { asked, policy, evals } = question;
  if (evals !== undefined)
    return resolveEvalBaseline(asked, { policy, candidate: evals.candidate }, { ...ports, ...evals.world });
  try {
    if (question.predictions !== undefined && (asked === 'none' || asked === 'auto')) {
      const version = asked === 'auto' ? await productionOf(policy.name, ports.registry) : undefined;
      if (version === undefined) return ofFile(question.predictions);
    }
    if (asked === 'none') return { state: 'absent', why: 'no comparison was asked for' };
    if (isEndpoint(asked)) return ofEndpoint(asked);
    if (asked === 'auto' || asked === 'required') {
      const version = await productionOf(policy.name, ports.registry);
      return version === undefined ? withoutProduction(asked, policy.name) : await atVersion(version, question, ports);
    }
    const version = await findVersion(versionAsked(asked, policy.name), ports.registry);
    return (
      // First: a file that a change brings along must not pass for the version of its name.
      (version && (await atVersion(version, question, ports))) ??
      (await asFile(asked, ports.workspace)) ??
      (await unregistered(question, ports)) ??
      (await asRef(question, ports))
    );
  } catch (error) {
    const { message, hint } = reasonOf(error);
    return unreadable(
      `The baseline "${asked}" cannot be read: ${message}`,
      hint ?? 'Fetch the whole history (`fetch-depth: 0`), or name another baseline.',
    );
  }
}

async function asFile(path: string, workspace: Workspace): Promise<Baseline | undefined> {
  // A version or a branch may look like a path that leaves the workspace: then it is no file.
  const bytes = await workspace.read(path).catch(() => undefined);
  if (bytes === undefined) return undefined;
  if (isDataFile(path)) return ofFile(path);
  return pointerProblem(bytes, path) ?? { ...ofFile(path), predictions: undefined, model: bytes };
}

function ofEndpoint(asked: string): Baseline {
  const { value: endpoint, problems } = parseEndpoint(asked);
  if (endpoint === undefined) return { state: 'unreadable', problem: problems[0]! };
  const { shown } = endpoint;
  return { state: 'present', source: { source: 'file', name: shown }, words: shown, path: shown, endpoint };
}

const ofFile = (path: string): Extract<Baseline, { state: 'present' }> => ({
  state: 'present',
  source: { source: 'file', name: path },
  words: path,
  path,
  predictions: path,
});

async function unregistered({ asked, policy }: BaselineQuestion, { registry }: Ports): Promise<Baseline | undefined> {
  const { name, at, named } = versionAsked(asked, policy.name);
  if (!named && parseVersion(asked) === undefined) return undefined;
  const known = (await registry.list(name)).map(({ version }) => version);
  return unreadable(
    `There is no ${name}@${at} in the registry.`,
    known.length > 0 ? `Registered are ${known.slice(0, 8).join(', ')}.` : `No version of ${name} is registered.`,
  );
}

async function asRef(question: BaselineQuestion, ports: Ports): Promise<Baseline> {
  const { asked } = question;
  const commit = await ports.history.resolve(asked);
  if (commit === undefined) {
    return unreadable(
      `"${asked}" is no file, no version and no Git ref.`,
      'Give `auto`, `none`, a version (`name@v1.2.3`), a Git ref, or the path of a model or predictions file.',
    );
  }
  return atCommit(commit, question, {
    ports,
    source: { source: 'ref', name: asked, commit },
    words: `${asked} (${commit.slice(0, 7)})`,
  });
}

function atVersion(named: NamedVersion, question: BaselineQuestion, ports: Ports): Promise<Baseline> {
  const { name, version, commit } = named.version;
  return atCommit(commit, question, { ports, source: sourceOf(named), words: `${name}@${version}` });
}

async function atCommit(
  commit: string,
  question: BaselineQuestion,
  found: { readonly ports: Ports; readonly source: BaselineSource; readonly words: string },
): Promise<Baseline> {
  const { source, words } = found;
  const path = question.modelPath;
  if (question.predictions !== undefined) {
    const readModel = async (): Promise<Uint8Array | undefined> =>
      path === undefined ? undefined : found.ports.history.read(commit, path).catch(() => undefined);
    return { state: 'present', source, words, path: words, readModel };
  }
  if (path === undefined) {
    return unreadable(
      `Where ${words} holds its model is not known.`,
      'Name the path in the policy: `model: models/NAME.onnx`.',
    );
  }
  let model: Uint8Array | undefined;
  try {
    model = await found.ports.history.read(commit, path);
  } catch (error) {
    const { message, hint } = reasonOf(error);
    return unreadable(
      `${words} (commit ${commit.slice(0, 7)}) cannot be read: ${message}`,
      hint ?? 'Fetch the whole history (`fetch-depth: 0`), or name another baseline.',
    );
  }
  if (model === undefined) {
    return unreadable(
      `${words} (commit ${commit.slice(0, 7)}) has no file "${path}".`,
      "The policy's `model` must be the path at which every version commits its model; or give `baseline-predictions`.",
    );
  }
  const present = { state: 'present', source, words, path: `${path} of ${words}` } as const;
  const unread = pointerProblem(model, present.path);
  if (unread === undefined) return { ...present, model };
  const digest = pointedFile(model)?.digest;
  return digest === undefined || unread.state !== 'unreadable'
    ? unread
    : { ...present, pointedAt: { digest, problem: unread.problem } };
}

/** The SHA-256 and size that a Git LFS pointer names are those of the file it stands for. */
export function pointedFile(bytes: Uint8Array): { readonly digest: string; readonly bytes: number } | undefined {
  // A model's own text may hold such lines too.
  if (!isPointer(bytes)) return undefined;
  const text = new TextDecoder().decode(bytes.subarray(0, 1024));
  const [oid, size] = [/^oid sha256:([0-9a-f]{64})$/m, /^size (\d{1,15})$/m].map((line) => line.exec(text)?.[1]);
  return oid === undefined || size === undefined ? undefined : { digest: `sha256:${oid}`, bytes: Number(size) };
}

/** A Git LFS pointer in the place of a model is no model. */
function pointerProblem(bytes: Uint8Array, path: string): Baseline | undefined {
  return isPointer(bytes)
    ? unreadable(
        `${path} is a Git LFS pointer, not the model itself.`,
        'Fetch it (`git lfs pull`, or `lfs: true` at checkout), or give `baseline-predictions`.',
      )
    : undefined;
}

export const isPointer = (bytes: Uint8Array): boolean =>
  new TextDecoder().decode(bytes.subarray(0, 42)) === 'version https://git-lfs.github.com/spec/v1';
