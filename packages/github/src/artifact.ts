// The report's files as an artifact of the workflow run, when there is a runner that takes them.
import type { Problem } from '@pawl/core';

export interface ArtifactRequest {
  /** Unique in the workflow run, matrix leg included; artifacts cannot be overwritten. */
  readonly name: string;
  /** Absolute paths. */
  readonly files: readonly string[];
  /** Folder that the files' places in the artifact are relative to. */
  readonly folder: string;
  readonly retentionDays?: number;
  /** What messages call it; default "The report". */
  readonly what?: { readonly name: string; readonly hint: string };
}

export interface ArtifactPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `https://github.com/owner/name/actions/runs/42`. */
  readonly runUrl?: string;
}

export type ArtifactResult = { readonly url?: string; readonly digest?: string; readonly problems: readonly Problem[] };

/** Whether this process runs on a runner that takes artifacts. */
export const takesArtifacts = (env: ArtifactPlace['env']): boolean =>
  (env['ACTIONS_RUNTIME_TOKEN'] ?? '') !== '' && (env['ACTIONS_RESULTS_URL'] ?? '') !== '';

/** Never throws: without an artifact the report is still in its file, and the verdict stands. */
export async function uploadReport(request: ArtifactRequest, place: ArtifactPlace): Promise<ArtifactResult> {
  if (!takesArtifacts(place.env)) return { problems: [] };
  try {
    const { DefaultArtifactClient } = await import('@actions/artifact');
    const { id, digest } = await new DefaultArtifactClient().uploadArtifact(
      artifactName(request.name),
      [...request.files],
      request.folder,
      {
        ...(request.retentionDays !== undefined && { retentionDays: request.retentionDays }),
      },
    );
    return {
      ...(place.runUrl !== undefined && id !== undefined && { url: `${place.runUrl}/artifacts/${id}` }),
      ...(digest !== undefined && { digest: `sha256:${digest.replace(/^sha256:/, '')}` }),
      problems: [],
    };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return {
      problems: [
        {
          code: 'GITHUB_ARTIFACT_FAILED',
          severity: 'warning',
          message: `${request.what?.name ?? 'The report'} could not be uploaded as an artifact: ${reason}`,
          hint:
            request.what?.hint ??
            'It is still in the file that `report-path` names; upload that with actions/upload-artifact.',
        },
      ],
    };
  }
}

/** GitHub refuses some characters in names. */
export const artifactName = (name: string): string =>
  name.replaceAll(/["<>|*?:\\/\r\n]+/g, '-').slice(0, 200) || 'pawl';
