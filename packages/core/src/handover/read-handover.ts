// Files → a handover, read as what a stranger may have written: every path on the allow-list, every size within its
// limit, every digest, schema and id looked at. One mistake refuses the whole, and the problem names the file.
import type { Sha256 } from '../formats/canonical.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { Report } from '../formats/report.ts';
import { Operation, Run } from '../formats/run.ts';
import type { StoredRun } from '../ports/store.ts';
import { maxFileBytes, maxFiles, maxHandoverBytes, maxRows, maxRuns } from './limits.ts';
import {
  HandoverManifest,
  handoverPathOf,
  manifestName,
  reportName,
  runFile,
  type Handover,
  type HandoverFile,
} from './manifest.ts';
import { readJson, readText } from './read-json.ts';

/** @param source how messages call it: the artifact's name, or its folder */
export function readHandover(files: readonly HandoverFile[], source: string, sha256: Sha256): Read<Handover> {
  const refuse = (reason: string): Read<Handover> => ({ problems: [handoverProblem(source, reason)] });
  const wrong = wrongFile(files);
  if (wrong !== undefined) return refuse(wrong);
  const byPath = new Map(files.map(({ path, content }) => [path, content]));
  const manifest = readRecord(byPath, manifestName, HandoverManifest, 'pawl.handover');
  if ('wrong' in manifest) return refuse(manifest.wrong);
  const broken = wrongDigest(byPath, manifest.value, sha256);
  if (broken !== undefined) return refuse(broken);
  const report = readRecord(byPath, reportName, Report, 'pawl.report');
  if ('wrong' in report) return refuse(report.wrong);
  if (report.value.kind !== manifest.value.slug)
    return refuse(`its report is ${aKind(report.value.kind)}, its manifest says ${manifest.value.slug}`);
  const runs = readRuns(byPath, manifest.value.slug, sha256);
  if ('wrong' in runs) return refuse(runs.wrong);
  const operations = readOperations(byPath);
  if ('wrong' in operations) return refuse(operations.wrong);
  const { files: _, ...rest } = manifest.value;
  return {
    value: { manifest: rest, report: report.value, bundle: { runs: runs.value, operations: operations.value } },
    problems: [],
  };
}

export const handoverProblem = (source: string, reason: string): Problem => ({
  code: 'HANDOVER_REFUSED',
  severity: 'error',
  message: `The handover ${JSON.stringify(source.slice(0, 200))} was refused: ${reason}.`,
  hint: 'Nothing of it was stored or shown. Run the workflow again; when that does not help, somebody has changed the artifact.',
});

function wrongFile(files: readonly HandoverFile[]): string | undefined {
  if (files.length > maxFiles) return `it has ${files.length} files, and ${maxFiles} are allowed`;
  const paths = new Set<string>();
  let bytes = 0;
  for (const { path, content } of files) {
    const shown = JSON.stringify(path.slice(0, 200));
    if (handoverPathOf(path) === undefined) return `it has a file that does not belong: ${shown}`;
    if (paths.has(path)) return `it has ${shown} twice`;
    paths.add(path);
    if (content.length > maxFileBytes) return `${shown} is larger than 1 MB`;
    bytes += content.length;
  }
  if (bytes > maxHandoverBytes) return `its files have ${bytes} bytes together, and ${maxHandoverBytes} are allowed`;
  const runs = files.filter(({ path }) => handoverPathOf(path)?.kind === 'run').length;
  return runs > maxRuns ? `it has ${runs} runs, and ${maxRuns} are allowed` : undefined;
}

function wrongDigest(
  byPath: ReadonlyMap<string, Uint8Array>,
  manifest: HandoverManifest,
  sha256: Sha256,
): string | undefined {
  for (const [path, digest] of Object.entries(manifest.files)) {
    const content = byPath.get(path);
    if (content === undefined || path === manifestName) return `${JSON.stringify(path.slice(0, 200))} is missing`;
    if (sha256(content) !== digest) return `${path} is not what its digest says`;
  }
  const unnamed = [...byPath.keys()].find((path) => path !== manifestName && !Object.hasOwn(manifest.files, path));
  return unnamed === undefined ? undefined : `its manifest does not name ${unnamed}`;
}

type Checked<T> = { readonly value: T } | { readonly wrong: string };

interface Format<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] };
      };
}

function readRecord<T>(
  byPath: ReadonlyMap<string, Uint8Array>,
  path: string,
  format: Format<T>,
  schema: string,
): Checked<T> {
  const content = byPath.get(path);
  if (content === undefined) return { wrong: `it has no ${path}` };
  const json = readJson(content);
  if ('wrong' in json) return { wrong: `${path} ${json.wrong}` };
  const { value } = json;
  const said = typeof value === 'object' && value !== null && 'schema' in value ? String(value.schema) : 'none';
  const [, name, version] = /^(pawl\.[a-z]+)\/(\d{1,9})$/.exec(said) ?? [];
  if (name === schema && Number(version) > 1)
    return { wrong: `${path} has schema ${said}, written by a newer Pawl: both jobs need the same version` };
  const parsed = format.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  return {
    wrong: `${path} is no ${schema}/1: ${issue?.path.map(String).join('.') || 'it'}: ${issue?.message ?? 'invalid'}`,
  };
}

function readRuns(
  byPath: ReadonlyMap<string, Uint8Array>,
  kind: string,
  sha256: Sha256,
): Checked<readonly StoredRun[]> {
  const results = new Map<string, Record<string, string>>();
  for (const [path, content] of byPath) {
    const place = handoverPathOf(path);
    if (place?.kind !== 'result') continue;
    const text = readText(content);
    if ('wrong' in text) return { wrong: `${path} ${text.wrong}` };
    if (rowsOf(text.value) > maxRows) return { wrong: `${path} has more than ${maxRows} lines` };
    if (!byPath.has(runFile(place.id))) return { wrong: `${path} belongs to no run` };
    results.set(place.id, { ...results.get(place.id), [place.file]: text.value });
  }
  const runs: StoredRun[] = [];
  for (const path of [...byPath.keys()].toSorted()) {
    const place = handoverPathOf(path);
    if (place?.kind !== 'run') continue;
    const run = readRecord(byPath, path, Run, 'pawl.run');
    if ('wrong' in run) return run;
    if (run.value.id !== place.id) return { wrong: `${path} holds another id` };
    if (run.value.kind !== kind) return { wrong: `${path} is ${aKind(run.value.kind)}, its manifest says ${kind}` };
    const own = results.get(place.id) ?? {};
    const files = new Set([...Object.keys(own), ...Object.keys(run.value.results)]);
    const differs = [...files].find((file) => {
      const text = Object.hasOwn(own, file) ? own[file] : undefined;
      return text === undefined || !Object.hasOwn(run.value.results, file) || sha256(text) !== run.value.results[file];
    });
    if (differs !== undefined)
      return { wrong: `result ${JSON.stringify(differs.slice(0, 200))} of ${path} is not what the run says` };
    runs.push({ run: run.value, results: own });
  }
  return { value: runs };
}

function readOperations(byPath: ReadonlyMap<string, Uint8Array>): Checked<readonly Operation[]> {
  const operations: Operation[] = [];
  for (const path of [...byPath.keys()].toSorted()) {
    const place = handoverPathOf(path);
    if (place?.kind !== 'operation') continue;
    const operation = readRecord(byPath, path, Operation, 'pawl.op');
    if ('wrong' in operation) return operation;
    if (operation.value.id !== place.id) return { wrong: `${path} holds another id` };
    operations.push(operation.value);
  }
  return { value: operations };
}

function rowsOf(text: string): number {
  let rows = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) rows += 1;
  return rows;
}

const aKind = (kind: string): string => `of kind ${kind}`;
