// Reads a gateway's configuration with what it includes, from the working tree or as it was at a commit.
import type { Sha256 } from '../../formats/canonical.ts';
import { hasErrors, type Problem, type Read } from '../../formats/problem.ts';
import type { RunInput } from '../../formats/run.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { configOf, readConfigFile, textsIn, type ConfigFile, type GatewayConfig } from './config.ts';

/** A configuration that includes more than this has gone round in a circle. */
const mostIncluded = 50;
/** Beside a configuration lie hooks and tables, not data sets. */
const mostBeside = 200;
const largestBeside = 1_000_000;

export interface ReadConfig {
  readonly config: GatewayConfig;
  /** The configuration, what it includes and names, and what lies beside it, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly inputs: readonly RunInput[];
}

/** Undefined, without a problem, when there is no such file. */
export async function readGatewayConfig(
  file: string,
  workspace: Pick<Workspace, 'read' | 'list'>,
  sha256: Sha256,
): Promise<Read<ReadConfig>> {
  const files = new Map<string, Uint8Array>();
  const parts: ConfigFile[] = [];
  const problems: Problem[] = [];
  const waiting = [{ path: file, by: undefined as string | undefined }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { path, by } = next;
    if (files.has(path)) continue;
    const bytes = await workspace.read(path);
    if (bytes === undefined) {
      if (by === undefined) return { problems: [] };
      problems.push(notThere(path, by));
      continue;
    }
    files.set(path, bytes);
    const read = readConfigFile(new TextDecoder().decode(bytes), path, by !== undefined);
    problems.push(...read.problems);
    if (read.value === undefined) continue;
    parts.push(read.value);
    for (const each of read.value.includes) waiting.push({ path: beside(path, each), by: path });
    if (files.size > mostIncluded) {
      problems.push(tooMany(file));
      break;
    }
  }
  const [main] = parts;
  if (hasErrors(problems) || main === undefined) return { problems };
  const { all, names } = await filesBeside(file, workspace, files);
  const named = await companionsOf(parts, workspace, all);
  const coded = named.some(isCode);
  const meant = coded ? [...new Set([...named, ...besideCode(file, all, files)])].toSorted() : named;
  const left = names.filter((path) => !all.has(path)).length;
  if (coded && left > 0) problems.push(uncovered(file, left));
  const companions = meant.map((path) => ({ path, digest: sha256(all.get(path) as Uint8Array) }));
  const text = new TextDecoder().decode(files.get(file));
  const config = configOf(text, parts, companions, sha256);
  if (config === undefined) return { problems };
  const inputs = [...files.keys(), ...meant].map((path): RunInput => {
    const bytes = all.get(path) as Uint8Array;
    return { role: 'config', path, digest: sha256(bytes), bytes: bytes.length };
  });
  return { value: { config, files: all, inputs }, problems };
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/** `..` is resolved here; a path that leaves the repository is refused by the workspace. */
function beside(file: string, written: string): string {
  const steps: string[] = [];
  for (const step of `${folderOf(file)}${written}`.split('/')) {
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (step !== '.' && step !== '') steps.push(step);
  }
  return steps.join('/');
}

async function filesBeside(
  file: string,
  { read, list }: Pick<Workspace, 'read' | 'list'>,
  known: ReadonlyMap<string, Uint8Array>,
): Promise<{ readonly all: Map<string, Uint8Array>; readonly names: readonly string[] }> {
  const all = new Map(known);
  const folder = folderOf(file);
  // At the root lies the whole repository.
  const names = (await list(folder === '' ? '*' : `${folder}**/*`)).filter((path) => !isMade(path));
  for (const path of names.slice(0, mostBeside)) {
    if (all.has(path)) continue;
    const bytes = await read(path);
    if (bytes !== undefined && bytes.length <= largestBeside) all.set(path, bytes);
  }
  return { all, names };
}

/** What running code leaves behind, and recordings: neither makes a gateway another one. */
const isMade = (path: string): boolean =>
  /(?:^|\/)__pycache__\//.test(path) || /\.(?:pyc|cassette\.jsonl|labels\.jsonl|log)$/.test(path);

const isCode = (path: string): boolean => /\.(?:py|m?js|ts|sh)$/.test(path);

/**
 * Code imports and opens what its configuration does not name, and nobody can follow that by reading: where there is
 * code, whatever lies beside it counts. At the root, where everything lies, other code does.
 */
function besideCode(
  file: string,
  all: ReadonlyMap<string, Uint8Array>,
  own: ReadonlyMap<string, Uint8Array>,
): readonly string[] {
  const folder = folderOf(file);
  return [...all.keys()].filter(
    (path) =>
      !own.has(path) &&
      path.startsWith(folder) &&
      (folder === '' ? isCode(path) : !/\.(?:md|prompt\.ya?ml|eval\.ya?ml|prompty)$/.test(path)),
  );
}

/**
 * Files that a configuration names, as a path or as a module of Python: wherever they lie and however large they are,
 * what they say is part of what it means. @param all is given those that were not beside it
 */
async function companionsOf(
  parts: readonly ConfigFile[],
  { read, list }: Pick<Workspace, 'read' | 'list'>,
  all: Map<string, Uint8Array>,
): Promise<readonly string[]> {
  const own = new Set(parts.map((part) => part.file));
  const [main] = parts;
  const named = new Set(parts.flatMap(({ value }) => textsIn(value).flatMap(pathsOf)));
  const found = new Set<string>();
  for (const path of new Set([...named].map((each) => beside(main?.file ?? '', each)))) {
    if (path === '' || own.has(path) || path.startsWith('..')) continue;
    // A folder of that name is no file.
    const bytes = all.get(path) ?? ((await list(path)).includes(path) ? await read(path) : undefined);
    if (bytes === undefined) continue;
    all.set(path, bytes);
    found.add(path);
  }
  return [...found].toSorted();
}

function pathsOf(text: string): readonly string[] {
  if (!/^[\w@./-]+$/.test(text)) return [];
  const module = /\.\w+$/.test(text) ? text.replace(/\.\w+$/, '').replaceAll('.', '/') : text;
  return [text, `${module}.py`];
}

const notThere = (path: string, by: string): Problem => ({
  code: 'GATEWAY_INCLUDE_MISSING',
  severity: 'error',
  message: `"${path}", which is included, is not there.`,
  hint: 'Included paths are relative to the file that includes them.',
  file: by,
});

const uncovered = (file: string, left: number): Problem => ({
  code: 'GATEWAY_FILES_UNCOVERED',
  severity: 'warning',
  message: `The configuration names code, and ${left} ${left === 1 ? 'file' : 'files'} beside it are too many or too large to be told apart from what they were.`,
  hint: `Put configuration and code into a folder of their own, of at most ${mostBeside} files of 1 MB.`,
  file,
});

const tooMany = (file: string): Problem => ({
  code: 'GATEWAY_TOO_MANY_INCLUDES',
  severity: 'error',
  message: `The configuration includes more than ${mostIncluded} files.`,
  hint: 'Include each once.',
  file,
});
