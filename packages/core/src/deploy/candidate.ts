// Which bytes are to go out: always those of a commit, never of a working tree that nobody else can see.
import type { Sha256 } from '../formats/canonical.ts';
import type { Deployment } from '../formats/deployment.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { parseVersionRef } from '../formats/version-ref.ts';
import type { History } from '../ports/history.ts';
import type { RegisteredVersion, Registry } from '../ports/registry.ts';
import { filesDigest, modelPaths } from '../registry/index.ts';
import type { DeployInputs } from './inputs.ts';

export interface Candidate {
  readonly commit: string;
  /** Absent when the commit is still to be registered. */
  readonly version?: string;
  readonly digest: string;
}

export interface Sources {
  readonly history: History;
  readonly registry: Registry;
  readonly sha256: Sha256;
}

/** A version by its name, or the current commit's. */
export async function findCandidate(
  deployment: Deployment,
  inputs: DeployInputs,
  sources: Sources,
): Promise<Read<Candidate>> {
  const place =
    inputs.version === undefined
      ? await ofHead(deployment, inputs, sources)
      : await ofVersion(deployment, inputs.version, sources);
  if (place.value === undefined) return { problems: place.problems };
  const artifact = await readArtifact(deployment, place.value.commit, sources);
  if (artifact.value === undefined) return { problems: artifact.problems };
  return { value: { ...place.value, digest: artifact.value.digest }, problems: place.problems };
}

export interface ArtifactFiles {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Of a single file its SHA-256; of several, that of their digests by name. The configuration is not part of it: the gate judged the model. */
  readonly digest: string;
  readonly samples: readonly unknown[];
}

/** What the target needs, as the commit has it. */
export async function readArtifact(
  deployment: Deployment,
  commit: string,
  { history, sha256 }: Omit<Sources, 'registry'>,
): Promise<Read<ArtifactFiles>> {
  const { config } = deployment.model;
  const problems: Problem[] = [];
  const read = async (file: string, what: string): Promise<Uint8Array | undefined> => {
    const bytes = await history.read(commit, file);
    if (bytes === undefined) {
      problems.push(
        wrong(
          'DEPLOY_FILE_MISSING',
          `Commit ${commit.slice(0, 7)} has no ${file}, the ${what}.`,
          'Commit the file, or correct its path in the deployment file.',
          file,
        ),
      );
    }
    return bytes;
  };
  const weights: Record<string, Uint8Array> = {};
  for (const file of modelPaths(deployment)) {
    const bytes = await read(file, 'model');
    if (bytes !== undefined) weights[baseName(file)] = bytes;
  }
  const configBytes = config === undefined ? undefined : await read(config, "model's configuration");
  const samples = deployment.samples === undefined ? undefined : await read(deployment.samples, 'sample requests');
  const parsed = samples === undefined ? [] : samplesOf(samples);
  if (parsed === undefined) {
    problems.push(
      wrong(
        'DEPLOY_SAMPLES_INVALID',
        'The sample requests are no JSON list.',
        'Write a list of {"inputs": [...], "outputs": [...]}.',
        deployment.samples,
      ),
    );
  }
  if (problems.length > 0) return { problems };
  return {
    value: {
      files: { ...weights, ...(configBytes !== undefined && { 'config.pbtxt': configBytes }) },
      digest: filesDigest(weights, sha256),
      samples: parsed ?? [],
    },
    problems,
  };
}

async function ofVersion(
  { name }: Deployment,
  written: string,
  { registry }: Sources,
): Promise<Read<Omit<Candidate, 'digest'>>> {
  const ref = parseVersionRef(written.includes('@') ? written : `${name}@${written}`);
  if (ref.value === undefined) return { problems: ref.problems };
  if (ref.value.name !== name) {
    return {
      problems: [
        wrong(
          'DEPLOY_OTHER_MODEL',
          `${written} is not a version of ${name}.`,
          `Name a version of ${name}, or another deployment file.`,
        ),
      ],
    };
  }
  const version = await registry.resolve(name, ref.value.at);
  if (version === undefined) {
    return {
      problems: [
        wrong(
          'VERSION_UNKNOWN',
          `There is no ${name}@${ref.value.at}.`,
          `See "pawl registry list ${name}"; in a workflow, fetch tags.`,
        ),
      ],
    };
  }
  return { value: placeOf(version), problems: [] };
}

async function ofHead(
  { name, model }: Deployment,
  { register }: DeployInputs,
  { history, registry }: Sources,
): Promise<Read<Omit<Candidate, 'digest'>>> {
  const { commit, dirty } = await history.head();
  if (commit === undefined) {
    return { problems: [wrong('DEPLOY_NO_COMMIT', 'There is no commit to deploy.', 'Commit the model first.')] };
  }
  const problems: Problem[] = dirty
    ? [
        {
          ...wrong(
            'DEPLOY_DIRTY',
            `Uncommitted changes are not part of the rollout of ${model.path}.`,
            'Commit them if they should be.',
          ),
          severity: 'warning',
        },
      ]
    : [];
  const registered = (await registry.list(name)).find((version) => version.commit === commit);
  if (registered !== undefined) return { value: placeOf(registered), problems };
  if (register) return { value: { commit }, problems };
  return {
    problems: [
      wrong(
        'VERSION_UNKNOWN',
        `The current commit is no registered version of ${name}.`,
        'Name a version, or let it be registered by "register: true".',
      ),
    ],
  };
}

const placeOf = ({ commit, version }: RegisteredVersion) => ({ commit, version });
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function samplesOf(bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
  } catch {
    return undefined;
  }
}

const wrong = (code: string, message: string, hint: string, file?: string): Problem => ({
  code,
  severity: 'error',
  message,
  hint,
  ...(file !== undefined && { file }),
});
