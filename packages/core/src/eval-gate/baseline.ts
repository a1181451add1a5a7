// What the candidate is compared with. Absent, unreadable and present are three states; unreadable never passes.
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem } from '../formats/problem.ts';
import type { BaselineSource } from '../formats/run.ts';
import { parseVersion, parseVersionRef } from '../formats/version-ref.ts';
import type { History } from '../ports/history.ts';
import type { RegisteredVersion, Registry } from '../ports/registry.ts';
import type { Workspace } from '../ports/workspace.ts';
import { isEndpoint, parseEndpoint, type EndpointAddress } from './endpoint-address.ts';
import { resolveEvalBaseline } from './eval-run/baseline.ts';
import type { RunWorld, StoredEval } from './eval-run/find-run.ts';
import type { EvalSide } from './eval-run/sample.ts';
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
      const version = asked === 'auto' ? await ports.registry.resolve(policy.name, 'production') : undefined;
      if (version === undefined) return ofFile(question.predictions);
    }
    if (asked === 'none') return { state: 'absent', why: 'no comparison was asked for' };
    if (isEndpoint(asked)) return ofEndpoint(asked);
    if (asked === 'auto' || asked === 'required') {
      const version = await ports.registry.resolve(policy.name, 'production');
      if (version !== undefined) return await atVersion(version, question, { ports, source: 'label' });
      if (asked === 'auto') return { state: 'absent', why: 'no production version yet' };
      return unreadable(
        `${policy.name} has no production version.`,
        `Label one (\`pawl registry label ${policy.name}@VERSION production\`), or use \`baseline: auto\` for a first version.`,
      );
    }
    const version = await registered(question, ports);
    return (
      // First: a file that a change brings along must not pass for the version of its name.
      (version && (await atVersion(version.found, question, { ports, source: version.source }))) ??
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

function asNamed({ asked, policy }: BaselineQuestion): { name: string; at: string; named: boolean } {
  const named = asked.includes('@') ? parseVersionRef(asked).value : undefined;
  return { ...(named ?? { name: policy.name, at: asked }), named: named !== undefined };
}

async function registered(
  question: BaselineQuestion,
  { registry }: Ports,
): Promise<{ found: RegisteredVersion; source: 'label' | 'version' } | undefined> {
  const { name, at } = asNamed(question);
  const found = await registry.resolve(name, at);
  return found && { found, source: parseVersion(at) === undefined ? 'label' : 'version' };
}

async function unregistered(question: BaselineQuestion, { registry }: Ports): Promise<Baseline | undefined> {
  const { name, at, named } = asNamed(question);
  if (!named && parseVersion(question.asked) === undefined) return undefined;
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

function atVersion(
  version: RegisteredVersion,
  question: BaselineQuestion,
  how: { readonly ports: Ports; readonly source: 'label' | 'version' },
): Promise<Baseline> {
  const { name, commit, at } = version;
  const source: BaselineSource = { source: how.source, name, version: version.version, commit, date: at };
  return atCommit(commit, question, { ports: how.ports, source, words: `${name}@${version.version}` });
}

async function atCommit(
  commit: string,
  question: BaselineQuestion,
  found: { readonly ports: Ports; readonly source: BaselineSource; readonly words: string },
): Promise<Baseline> {
  const { source, words } = found;
  const path = question.modelPath;
  if (question.predictions !== undefined) return { state: 'present', source, words, path: words };
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
  const digest = pointedDigest(model);
  return digest === undefined || unread.state !== 'unreadable'
    ? unread
    : { ...present, pointedAt: { digest, problem: unread.problem } };
}

/** The SHA-256 that a Git LFS pointer names is that of the file it stands for. */
function pointedDigest(bytes: Uint8Array): string | undefined {
  const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(new TextDecoder().decode(bytes.subarray(0, 1024)))?.[1];
  return oid === undefined ? undefined : `sha256:${oid}`;
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

const unreadable = (message: string, hint: string): Baseline => ({
  state: 'unreadable',
  problem: { code: 'GATE_BASELINE_UNREADABLE', severity: 'error', message, hint },
});
