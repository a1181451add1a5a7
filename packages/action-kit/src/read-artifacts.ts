// Artifacts → handovers. Whatever cannot be read is a problem that names its artifact; nothing is skipped in silence.
import type { Problem } from '@pawl/core';
import {
  handoverName,
  handoverProblem,
  isHandoverName,
  maxArtifactBytes,
  maxFileBytes,
  maxFiles,
  maxHandoverBytes,
  maxHandovers,
  maxTotalArtifactBytes,
  readHandover,
  type Handover,
} from '@pawl/core/handover';
import { readZip, type ArtifactFile } from '@pawl/github';
import { sha256 } from './hand-over.ts';

export interface NamedHandover {
  /** The artifact's name. */
  readonly source: string;
  readonly handover: Handover;
}

export const wantedArtifacts = {
  takes: isHandoverName,
  limits: { count: maxHandovers, bytes: maxArtifactBytes, totalBytes: maxTotalArtifactBytes },
};

export function readArtifacts(artifacts: readonly ArtifactFile[]): {
  readonly handovers: readonly NamedHandover[];
  readonly problems: readonly Problem[];
} {
  const handovers: NamedHandover[] = [];
  const problems: Problem[] = [];
  for (const { name, bytes } of artifacts) {
    const zip = readZip(bytes, { files: maxFiles, fileBytes: maxFileBytes, bytes: maxHandoverBytes });
    if ('wrong' in zip) {
      problems.push(handoverProblem(name, zip.wrong));
      continue;
    }
    const read = readHandover(zip.files, name, sha256);
    problems.push(...read.problems);
    if (read.value === undefined) continue;
    const { manifest } = read.value;
    if (handoverName(manifest) === name) handovers.push({ source: name, handover: read.value });
    else problems.push(handoverProblem(name, `it calls itself ${handoverName(manifest)}`));
  }
  return { handovers, problems };
}
