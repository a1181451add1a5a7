// What a registered name stands for: the prompt or the model whose bytes a gate must have judged. Git's tags do not say
// it, so the repository's own files do: a prompt by its name, a model by its deployment or its gate's policy.
import { digestOf, type Sha256 } from '../formats/canonical.ts';
import { readDeployment, type Deployment } from '../formats/deployment.ts';
import { GatePolicy } from '../formats/gate-policy.ts';
import { promptDigest, promptStem, readPrompt } from '../formats/prompt.ts';
import { readYaml } from '../formats/read-yaml.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { Workspace } from '../ports/workspace.ts';

export interface Subject {
  /** The gate that judges it. */
  readonly gate: 'eval-gate' | 'prompt-regression';
  /** The prompt's file, or the model's; an adapter has two. */
  readonly paths: readonly string[];
  /** Which file says so; the prompt itself for a prompt. */
  readonly saidBy: string;
}

/** Reads a file of one commit, or of the work tree. */
export type ReadBytes = (path: string) => Promise<Uint8Array | undefined>;

/**
 * @param path where the model lies, when the caller knows
 * @returns a prompt, a model, both, or nothing
 */
export async function findSubjects(
  name: string,
  workspace: Pick<Workspace, 'list' | 'readText'>,
  path?: string,
): Promise<Read<readonly Subject[]>> {
  const prompts = (await workspace.list('**/*.prompt.yml')).filter((file) => promptStem(file) === name);
  const models =
    path === undefined
      ? await modelsOf(name, workspace)
      : [{ gate: 'eval-gate' as const, paths: [path], saidBy: 'pawl.yml' }];
  const [prompt] = prompts;
  const [model, other] = models;
  const problems = [
    ...(prompts.length > 1 ? [severalFiles(name, prompts)] : []),
    ...(model !== undefined && other !== undefined ? [severalModels(name, [model, other])] : []),
  ];
  if (problems.length > 0) return { problems };
  const value: Subject[] = model === undefined ? [] : [model];
  if (prompt !== undefined) value.push({ gate: 'prompt-regression', paths: [prompt], saidBy: prompt });
  return { value, problems: [] };
}

/** The digest that a gate's run names as its subject; undefined when a file is not there, or is no prompt. */
export async function subjectDigest(
  { gate, paths }: Subject,
  read: ReadBytes,
  sha256: Sha256,
): Promise<string | undefined> {
  const files: Record<string, Uint8Array> = {};
  for (const path of paths) {
    const bytes = await read(path);
    if (bytes === undefined) return undefined;
    files[path] = bytes;
  }
  if (gate === 'eval-gate') return filesDigest(files, sha256, (bytes) => lfsDigest(bytes) ?? sha256(bytes));
  const [path = '', bytes = new Uint8Array()] = Object.entries(files)[0] ?? [];
  const prompt = readPrompt({ text: new TextDecoder().decode(bytes), file: path });
  return prompt.value === undefined ? undefined : promptDigest(prompt.value, sha256);
}

/** Of a single file its digest; of several, that of their digests by name. */
export function filesDigest(
  files: Readonly<Record<string, Uint8Array>>,
  sha256: Sha256,
  digestOfFile: (bytes: Uint8Array) => string = sha256,
): string {
  const digests = Object.entries(files).map(([path, bytes]) => [baseName(path), digestOfFile(bytes)] as const);
  const [only, ...more] = digests;
  return only !== undefined && more.length === 0 ? only[1] : digestOf(Object.fromEntries(digests), sha256);
}

/** The files that are the model: what its gate judged, and what is rolled out. Its configuration is not among them. */
export function modelPaths({ model, target }: Deployment): readonly string[] {
  const { path } = model;
  return target.kind === 'vllm' ? [`${path}/adapter_config.json`, `${path}/adapter_model.safetensors`] : [path];
}

async function modelsOf(
  name: string,
  workspace: Pick<Workspace, 'list' | 'readText'>,
): Promise<readonly (Subject & { readonly gate: 'eval-gate' })[]> {
  const found = new Map<string, Subject & { readonly gate: 'eval-gate' }>();
  const add = (saidBy: string, paths: readonly string[]): void => {
    const key = JSON.stringify(paths);
    if (!found.has(key)) found.set(key, { gate: 'eval-gate', paths, saidBy });
  };
  for (const [file, text] of await filesOf('**/*.deploy.yml', workspace)) {
    const { value } = readDeployment({ text, file });
    if (value?.name === name) add(file, modelPaths(value));
  }
  // What is rolled out is what the deployment says, whatever a policy judges.
  if (found.size > 0) return [...found.values()];
  for (const [file, text] of await filesOf('**/*.gate.yml', workspace)) {
    const { value } = readYaml({ text, file }, GatePolicy, 'GATE');
    if (value?.name === name && value.model !== undefined) add(file, [value.model]);
  }
  return [...found.values()];
}

async function filesOf(
  glob: string,
  workspace: Pick<Workspace, 'list' | 'readText'>,
): Promise<readonly (readonly [file: string, text: string])[]> {
  const files: [string, string][] = [];
  for (const file of await workspace.list(glob)) {
    const text = await workspace.readText(file);
    if (text !== undefined) files.push([file, text]);
  }
  return files;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A pointer of Git LFS names the SHA-256 of what it stands for, which is what the gate read. */
function lfsDigest(bytes: Uint8Array): string | undefined {
  if (bytes.length > 1024) return undefined;
  const text = new TextDecoder().decode(bytes);
  if (!text.startsWith('version https://git-lfs.github.com/spec/v1\n')) return undefined;
  const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  return oid === undefined ? undefined : `sha256:${oid}`;
}

const severalFiles = (name: string, files: readonly string[]): Problem => ({
  code: 'REGISTRY_SUBJECT_AMBIGUOUS',
  severity: 'error',
  message: `${files.length} prompts are called "${name}": ${files.join(', ')}.`,
  hint: 'Give each prompt a file name of its own.',
});

const severalModels = (name: string, [one, other]: readonly [Subject, Subject]): Problem => ({
  code: 'REGISTRY_SUBJECT_AMBIGUOUS',
  severity: 'error',
  message: `${one.saidBy} and ${other.saidBy} name different files as the model "${name}".`,
  hint: "Let them agree, or name the file in pawl.yml: `registry.promotion`, the policy's `path`.",
});
