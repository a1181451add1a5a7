// Finds the version to compare with. Absent, unreadable and present are three states: only absent lets a
// first version through to the absolute policies, and what cannot be read never passes.
import type { Problem } from '../formats/problem.ts';
import type { BaselineSource } from '../formats/run.ts';
import { parseVersion, parseVersionRef } from '../formats/version-ref.ts';
import type { History } from '../ports/history.ts';
import type { RegisteredVersion, Registry } from '../ports/registry.ts';
import type { Workspace } from '../ports/workspace.ts';
import { ageInWords, isoMilliseconds } from './age.ts';

export interface PresentBaseline {
  readonly state: 'present';
  readonly text: string;
  /** How problems in it are placed: `prompts/a.prompt.yml@1a2b3c4`. */
  readonly file: string;
  readonly source: BaselineSource;
  /** "`mail-triage@v1.3.0` (production, 3 days old)". */
  readonly words: string;
}

export type Baseline =
  | PresentBaseline
  | { readonly state: 'absent'; readonly source: BaselineSource; readonly words: string }
  | { readonly state: 'unreadable'; readonly problem: Problem };

export interface BaselineQuestion {
  /** As the user wrote it. */
  readonly asked: string;
  /** The candidate's path; the baseline is read at the same one. */
  readonly path: string;
  /** The prompt's name in the registry. */
  readonly name: string;
  readonly baseRef?: string;
  /** ISO 8601, for its age. */
  readonly now: string;
}

export interface BaselinePorts {
  readonly workspace: Workspace;
  readonly history: History;
  readonly registry: Registry;
}

export async function resolveBaseline(question: BaselineQuestion, ports: BaselinePorts): Promise<Baseline> {
  try {
    const { asked } = question;
    if (asked === 'none') return absent('none was asked for');
    if (asked === 'auto') return await automatic(question, ports);
    if (asked === 'required') {
      const found = await automatic(question, ports);
      return found.state === 'absent' ? unreadable(`A baseline is required, but ${found.words}.`) : found;
    }
    return await named(question, ports);
  } catch (error) {
    return unreadable(
      `The baseline "${question.asked}" cannot be read: ${(error as Error).message}.`.replace('..', '.'),
      'Fetch the history (fetch-depth: 0, and tags), or name another baseline.',
    );
  }
}

async function automatic(question: BaselineQuestion, ports: BaselinePorts): Promise<Baseline> {
  const production = await ports.registry.resolve(question.name, 'production');
  if (production !== undefined) return registered(question, ports, production, 'label', 'production');
  const base = await mergeBase(question, ports.history);
  if (base === undefined) return absent('there is no production version and no earlier commit');
  const found = await atCommit(question, ports.history, base, 'merge-base');
  return found ?? absent(`there is no production version, and the file is new since ${base.slice(0, 7)}`);
}

/** On a clean checkout of the base branch itself, the commit before it: comparing a commit with itself shows nothing. */
async function mergeBase({ baseRef }: BaselineQuestion, history: History): Promise<string | undefined> {
  const { commit: head, dirty, shallow } = await history.head();
  if (head === undefined) return undefined;
  const candidates =
    baseRef === undefined ? ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'] : [baseRef];
  for (const ref of candidates) {
    const tip = await history.resolve(ref);
    if (tip === undefined) continue;
    const base = await history.mergeBase(head, tip);
    if (base === undefined) continue;
    return base === head && !dirty ? await history.resolve(`${head}^`) : base;
  }
  // Where history was cut off, a base that is not known here may well exist.
  if (shallow === true) throw new Error('The clone is shallow and lacks the merge base');
  if (baseRef !== undefined) throw new Error(`Git knows no "${baseRef}"`);
  return dirty ? head : await history.resolve(`${head}^`);
}

async function named(question: BaselineQuestion, ports: BaselinePorts): Promise<Baseline> {
  const { asked, path, name } = question;
  const { registry, history, workspace } = ports;
  const ref = parseVersionRef(asked).value;
  if (ref !== undefined) {
    const version = await registry.resolve(ref.name, ref.at);
    if (version === undefined) return notRegistered(asked, await registry.list(ref.name));
    return registered(question, ports, version, parseVersion(ref.at) === undefined ? 'label' : 'version', ref.at);
  }
  const version = await registry.resolve(name, asked);
  if (version !== undefined)
    return registered(question, ports, version, parseVersion(asked) === undefined ? 'label' : 'version', asked);
  const commit = await history.resolve(asked);
  if (commit !== undefined) {
    const found = await atCommit(question, history, commit, 'ref');
    return found ?? absent(`the file is not at ${asked} (${commit.slice(0, 7)})`);
  }
  const text = asked === path ? undefined : await workspace.readText(asked);
  if (text !== undefined)
    return { state: 'present', text, file: asked, source: { source: 'file', name: asked }, words: `file ${asked}` };
  const versions = await registry.list(name);
  // "production" before anything was ever registered is a first version; a mistyped label later on is not.
  if (asked === 'production' && versions.length === 0) return absent(`"${name}" has no registered version`);
  return notRegistered(asked, versions);
}

async function registered(
  question: BaselineQuestion,
  { history }: BaselinePorts,
  version: RegisteredVersion,
  source: 'label' | 'version',
  at: string,
): Promise<Baseline> {
  const ref = `${version.name}@${version.version}`;
  let bytes: Uint8Array | undefined;
  try {
    bytes = await history.read(version.commit, question.path);
  } catch (error) {
    return unreadable(
      `${ref} (commit ${version.commit.slice(0, 7)}) cannot be read: ${(error as Error).message}.`.replace('..', '.'),
      'Fetch the history (fetch-depth: 0, and tags), or name another baseline.',
    );
  }
  if (bytes === undefined) {
    return unreadable(
      `${ref} is commit ${version.commit.slice(0, 7)}, which has no ${question.path}.`,
      'If the file was moved, register the version at its new place, or name a Git revision as baseline.',
    );
  }
  const age = ageInWords(isoMilliseconds(version.at), isoMilliseconds(question.now));
  const notes = [...(source === 'label' ? [at] : []), ...(age === '' ? [] : [age])].join(', ');
  return {
    state: 'present',
    text: new TextDecoder().decode(bytes),
    file: `${question.path}@${version.version}`,
    source: { source, name: version.name, version: version.version, commit: version.commit, date: version.at },
    words: notes === '' ? ref : `${ref} (${notes})`,
  };
}

async function atCommit(
  question: BaselineQuestion,
  history: History,
  commit: string,
  source: 'ref' | 'merge-base',
): Promise<PresentBaseline | undefined> {
  const bytes = await history.read(commit, question.path);
  if (bytes === undefined) return undefined;
  const short = commit.slice(0, 7);
  const age = ageInWords(await history.commitTime(commit), isoMilliseconds(question.now));
  const label = source === 'merge-base' ? `merge base ${short}` : `${question.asked} at ${short}`;
  return {
    state: 'present',
    text: new TextDecoder().decode(bytes),
    file: `${question.path}@${short}`,
    source: { source, commit, ...(source === 'ref' && { name: question.asked }) },
    words: age === '' ? label : `${label} (${age})`,
  };
}

const absent = (why: string): Baseline => ({ state: 'absent', source: { source: 'none' }, words: why });

function notRegistered(asked: string, versions: readonly RegisteredVersion[]): Baseline {
  const known = versions.slice(0, 5).map(({ version, labels }) => [version, ...labels].join(' '));
  return unreadable(
    `There is no baseline "${asked}": no version, label, Git revision or file is called so.`,
    known.length === 0 ? 'Use auto, a Git revision or a file.' : `Registered are ${known.join(', ')}.`,
  );
}

const unreadable = (message: string, hint = 'Register a version, or name another baseline.'): Baseline => ({
  state: 'unreadable',
  problem: { code: 'BASELINE_UNREADABLE', severity: 'error', message, hint },
});
