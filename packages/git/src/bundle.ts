// A bundle as files: what `add` checks and writes. Deterministic: the same bundle is the same tree and the same ref.
import { createHash } from 'node:crypto';
import { canonicalJson, makeUlid, Operation, Run, ulidTime, type Bundle, type StoredRun } from '@pawl/core';
import { blobId, sha256, type ObjectFormat } from './digests.ts';
import { StoreError } from './errors.ts';
import {
  isResultName,
  maxObjectBytes,
  maxRunsPerBundle,
  operationPath,
  recordPathOf,
  resultFolder,
  runPath,
} from './layout.ts';

export interface BundleFile {
  readonly path: string;
  readonly content: Buffer;
}

export interface BundleFiles {
  /** Sorted by path. */
  readonly files: readonly BundleFile[];
  /** Named by content: time of the newest record, chance of the tree. */
  readonly name: string;
  readonly message: (name: string) => string;
}

/** @throws StoreError when a record is not valid, a file too large, or a digest does not match */
export function bundleFiles(bundle: Bundle, format: ObjectFormat): BundleFiles {
  const { runs, operations } = bundle;
  if (runs.length + operations.length === 0) throw new StoreError('STORE_BUNDLE_EMPTY', 'There is nothing to store.');
  if (runs.length > maxRunsPerBundle) {
    throw new StoreError(
      'STORE_BUNDLE_TOO_LARGE',
      `A bundle holds at most ${maxRunsPerBundle} runs, not ${runs.length}.`,
      {
        hint: 'Add the runs in several bundles.',
      },
    );
  }
  const files = [...runs.flatMap(runFiles), ...operations.map(operationFile)].toSorted((a, b) =>
    a.path < b.path ? -1 : 1,
  );
  for (const [index, { path, content }] of files.entries()) {
    if (files[index + 1]?.path === path) throw new StoreError('STORE_ID_TWICE', `${path} is in the bundle twice.`);
    checkSize(path, content);
  }
  const listing = files.map(({ path, content }) => `${path}\0${blobId(format, content)}\n`).join('');
  const newest = Math.max(...[...runs.map(({ run }) => run.id), ...operations.map(({ id }) => id)].map(ulidTime));
  return {
    files,
    name: makeUlid(newest, createHash('sha256').update(listing).digest().subarray(0, 10)),
    message: (name) => messageOf(bundle, name, sha256(listing)),
  };
}

function runFiles({ run, results }: StoredRun): readonly BundleFile[] {
  const parsed = Run.safeParse(run);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new StoreError(
      'STORE_RUN_INVALID',
      `Run ${run.id} cannot be stored: ${issue?.path.join('.')}: ${issue?.message}.`,
    );
  }
  const digests: Record<string, string> = { ...run.results };
  const files = Object.entries(results).map(([file, text]): BundleFile => {
    if (!isResultName(file)) {
      throw new StoreError('STORE_RESULT_NAME', `Run ${run.id} has a result named ${JSON.stringify(file)}.`, {
        hint: 'Use letters, digits, ".", "-" and "_", and begin with a letter or a digit.',
      });
    }
    const content = Buffer.from(text, 'utf8');
    const digest = sha256(content);
    if (digests[file] !== undefined && digests[file] !== digest) {
      throw new StoreError('STORE_DIGEST_MISMATCH', `Result ${file} of run ${run.id} is not what its digest says.`, {
        hint: `The run says ${digests[file]}, the content is ${digest}.`,
      });
    }
    digests[file] = digest;
    return { path: `${resultFolder(run.id)}/${file}`, content };
  });
  return [
    { path: runPath(run.id), content: Buffer.from(`${canonicalJson({ ...run, results: digests })}\n`) },
    ...files,
  ];
}

function operationFile(operation: Operation): BundleFile {
  const path = operationPath(operation.id);
  if (!Operation.safeParse(operation).success || recordPathOf(path) === undefined) {
    throw new StoreError(
      'STORE_OPERATION_INVALID',
      `Operation ${operation.id} cannot be stored: its fields are not valid.`,
    );
  }
  return { path, content: Buffer.from(`${canonicalJson(operation)}\n`) };
}

function checkSize(path: string, content: Buffer): void {
  if (content.length <= maxObjectBytes) return;
  const size = (content.length / 1_000_000).toFixed(1);
  throw new StoreError('STORE_OBJECT_TOO_LARGE', `${path} has ${size} MB; the store keeps at most 1 MB in one file.`, {
    hint: 'Split it, or upload it as an artifact and keep its digest, size and address in the run.',
  });
}

/** Trailers as `git interpret-trailers` reads them. Only ids, counts and single-line values: records are untrusted. */
function messageOf({ runs, operations }: Bundle, name: string, digest: string): string {
  const counts = [
    runs.length > 0 && count(runs.length, 'run'),
    operations.length > 0 && count(operations.length, 'operation'),
  ];
  const kinds = [...new Set(runs.map(({ run }) => run.kind))].toSorted().join(', ');
  const origin = runs[0]?.run.origin;
  const trailers = {
    'Pawl-Schema': '1',
    'Pawl-Op': 'append',
    'Pawl-Bundle': name,
    'Pawl-Writer': oneLine(origin?.url ?? origin?.actor),
    'Pawl-Code': oneLine(origin?.commit),
    'Pawl-Runs': String(runs.length),
    'Pawl-Digest': digest,
  };
  const lines = Object.entries(trailers).filter(([, value]) => value !== '');
  const subject = `pawl: ${counts.filter(Boolean).join(', ')}${kinds === '' ? '' : ` · ${kinds}`}`;
  return `${subject}\n\n${lines.map(([key, value]) => `${key}: ${value}`).join('\n')}\n`;
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

const oneLine = (text = ''): string =>
  // Control characters would end the trailer and begin another.
  // oxlint-disable-next-line no-control-regex
  text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 300);
