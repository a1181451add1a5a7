// Artifacts of a workflow run, brought here as bytes: those of this very run by the runner's own service, those of
// another run by the REST API. Sizes are looked at before and while they come.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '@pawl/core';
import { openClient, Refusal, type ClientOptions } from './client.ts';

export interface ArtifactFile {
  readonly name: string;
  /** The zip. */
  readonly bytes: Buffer;
}

export interface ArtifactLimits {
  readonly count: number;
  /** Of one zip. */
  readonly bytes: number;
  /** Of all zips together. */
  readonly totalBytes: number;
}

export interface Wanted {
  readonly takes: (name: string) => boolean;
  readonly limits: ArtifactLimits;
}

export interface Fetched {
  readonly artifacts: readonly ArtifactFile[];
  readonly problems: readonly Problem[];
}

interface Listed {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly digest?: string | undefined;
}

/** Of the workflow run that this process is a step of. Needs the runner's environment, and no permission. */
export async function artifactsOfThisRun(wanted: Wanted): Promise<Fetched> {
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const client = new DefaultArtifactClient();
  const listed = await client.listArtifacts({ latest: true }).catch(failureOf);
  if (listed instanceof Refusal) return { artifacts: [], problems: [unlisted(listed.message)] };
  return fetchEach(listed.artifacts, wanted, async ({ id, size }) => {
    const folder = await mkdtemp(join(tmpdir(), 'pawl-artifact-'));
    try {
      // Never unpacked by the client: its reader knows no limits.
      await client.downloadArtifact(id, { path: folder, skipDecompress: true });
      const [file = ''] = await readdir(folder);
      const { size: bytes } = await stat(join(folder, file));
      return bytes > wanted.limits.bytes ? tooLarge(Math.max(size, bytes), wanted) : await readFile(join(folder, file));
    } catch (error) {
      return failureOf(error);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Of another workflow run of the repository. Needs `actions: read`. */
export async function artifactsOfRun(
  options: ClientOptions & { readonly repository: string; readonly workflowRun: number },
  wanted: Wanted,
): Promise<Fetched> {
  const client = openClient(options);
  const [owner = '', repo = ''] = options.repository.split('/');
  const listed = await client.call((octokit) =>
    octokit.paginate(octokit.rest.actions.listWorkflowRunArtifacts, {
      owner,
      repo,
      run_id: options.workflowRun,
      per_page: 100,
    }),
  );
  if (listed instanceof Refusal) return { artifacts: [], problems: [unlisted(listed.message)] };
  const there = listed
    .filter(({ expired }) => !expired)
    .map(({ id, name, size_in_bytes: size, digest }): Listed => ({ id, name, size, digest: digest ?? undefined }));
  return fetchEach(latest(there), wanted, async ({ id }) => {
    const answer = await client.call((octokit) =>
      octokit.rest.actions.downloadArtifact({
        owner,
        repo,
        artifact_id: id,
        archive_format: 'zip',
        // The address it leads to carries its own signature; the token must not travel there.
        request: { redirect: 'manual' },
      }),
    );
    if (answer instanceof Refusal) return answer;
    const address = (answer as { readonly headers: { readonly location?: string } }).headers.location;
    if (address === undefined) return new Refusal(undefined, 'GitHub named no address to download it from');
    return download(address, wanted, options.fetch ?? globalThis.fetch);
  });
}

async function fetchEach(
  listed: readonly Listed[],
  wanted: Wanted,
  bytesOf: (artifact: Listed) => Promise<Buffer | Refusal>,
): Promise<Fetched> {
  const { takes, limits } = wanted;
  const ours = listed.filter(({ name }) => takes(name)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (ours.length > limits.count)
    return { artifacts: [], problems: [refused(`${ours.length} artifacts`, `${limits.count} are allowed`)] };
  const artifacts: ArtifactFile[] = [];
  const problems: Problem[] = [];
  let total = 0;
  for (const artifact of ours) {
    total += artifact.size;
    const announced = artifact.size > limits.bytes || total > limits.totalBytes;
    const bytes = announced ? tooLarge(artifact.size, wanted) : await bytesOf(artifact);
    if (bytes instanceof Refusal) problems.push(refused(artifact.name, bytes.message));
    else if (!isAsAnnounced(bytes, artifact)) problems.push(refused(artifact.name, 'it is not what its digest says'));
    else artifacts.push({ name: artifact.name, bytes });
  }
  return { artifacts, problems };
}

/** Runs that were run again have several artifacts of one name. */
function latest(artifacts: readonly Listed[]): readonly Listed[] {
  const newest = new Map<string, Listed>();
  for (const artifact of artifacts)
    if ((newest.get(artifact.name)?.id ?? 0) <= artifact.id) newest.set(artifact.name, artifact);
  return [...newest.values()];
}

async function download(address: string, wanted: Wanted, fetch: typeof globalThis.fetch): Promise<Buffer | Refusal> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(120_000) });
    if (!response.ok || response.body === null)
      return new Refusal(response.status, `its storage answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > wanted.limits.bytes) return tooLarge(size, wanted);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    return failureOf(error);
  }
}

const isAsAnnounced = (bytes: Buffer, { digest }: Listed): boolean =>
  digest === undefined || digest === '' || digest === `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const tooLarge = (size: number, { limits }: Wanted): Refusal =>
  new Refusal(
    undefined,
    `it has ${size} bytes, and ${limits.bytes} are allowed (${limits.totalBytes} for all together)`,
  );

const failureOf = (error: unknown): Refusal =>
  new Refusal(undefined, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));

const unlisted = (reason: string): Problem => ({
  code: 'HANDOVER_UNLISTED',
  severity: 'error',
  message: `The artifacts of the workflow run could not be listed: ${reason}`,
  hint: 'Give the job `permissions: actions: read`.',
});

const refused = (what: string, reason: string): Problem => ({
  code: 'HANDOVER_REFUSED',
  severity: 'error',
  message: `The handover ${JSON.stringify(what.slice(0, 200))} was refused: ${reason}.`,
  hint: 'Nothing of it was stored or shown. Run the workflow again; when that does not help, somebody has changed the artifact.',
});
