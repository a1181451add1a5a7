// A handover as files, with the digest of each, so that whoever reads it knows that nothing is missing.
import { canonicalJson, type Sha256 } from '../formats/canonical.ts';
import type { StoredRun } from '../ports/store.ts';
import { maxFileBytes } from './limits.ts';
import {
  handoverPathOf,
  manifestName,
  operationFile,
  reportName,
  resultFile,
  runFile,
  type Handover,
} from './manifest.ts';

export interface WrittenHandover {
  /** Path → text, the manifest included. */
  readonly files: ReadonlyMap<string, string>;
  /** What had to stay out, and why; empty when everything is in. */
  readonly leftOut: readonly string[];
}

export function writeHandover({ manifest, report, bundle }: Handover, sha256: Sha256): WrittenHandover {
  const files = new Map<string, string>([[reportName, `${canonicalJson(report)}\n`]]);
  const leftOut: string[] = [];
  for (const stored of bundle.runs) {
    const own = filesOfRun(stored, sha256);
    // A reader would refuse the whole handover for one such file: the run stays out, and the section is still told.
    const wrong = [...own].find(([path, text]) => handoverPathOf(path) === undefined || sizeOf(text) > maxFileBytes);
    if (wrong === undefined) for (const [path, text] of own) files.set(path, text);
    else leftOut.push(`run ${stored.run.id}: ${wrong[0]} is larger than 1 MB, or its name is not allowed`);
  }
  for (const operation of bundle.operations) files.set(operationFile(operation.id), `${canonicalJson(operation)}\n`);
  const digests = Object.fromEntries([...files].map(([path, text]) => [path, sha256(text)]));
  files.set(manifestName, `${canonicalJson({ ...manifest, files: digests })}\n`);
  return { files, leftOut };
}

function filesOfRun({ run, results }: StoredRun, sha256: Sha256): ReadonlyMap<string, string> {
  const digests = Object.fromEntries(Object.entries(results).map(([file, text]) => [file, sha256(text)]));
  return new Map([
    [runFile(run.id), `${canonicalJson({ ...run, results: { ...run.results, ...digests } })}\n`],
    ...Object.entries(results).map(([file, text]) => [resultFile(run.id, file), text] as const),
  ]);
}

const sizeOf = (text: string): number => new TextEncoder().encode(text).length;
