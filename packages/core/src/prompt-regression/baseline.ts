// Finds the version to compare with. Absent, unreadable and present are three states: only absent lets a
// first version through to the absolute policies, and what cannot be read never passes.
import {
  earlierCommit,
  findVersion,
  productionOf,
  sourceOf,
  versionAsked,
  type NamedVersion,
} from '../baseline/index.ts';
import type { Problem } from '../formats/problem.ts';
import type { BaselineSource } from '../formats/run.ts';
import { readPromptAt } from '../registry/index.ts';
import { dayMilliseconds, timeOf } from '../formats/time.ts';
import type { History } from '../ports/history.ts';
import type { RegisteredVersion, Registry } from '../ports/registry.ts';
import type { Workspace } from '../ports/workspace.ts';

export interface PresentBaseline {
  readonly state: 'present';
  readonly text: string;
  /** Where the file lay then. */
  readonly path: string;
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
  const production = await productionOf(question.name, ports.registry);
  if (production !== undefined) return registered(question, ports, production);
  const base = await commitBefore(question, ports.history);
  if (base === undefined) return absent('there is no production version and no earlier commit');
  const found = await atCommit(question, ports, base, 'merge-base');
  return found ?? absent(`there is no production version, and the file is new since ${base.slice(0, 7)}`);
}

/** A prompt is a small file that every commit has: where no base branch is known, the last commit serves. */
async function commitBefore({ baseRef }: BaselineQuestion, history: History): Promise<string | undefined> {
  const earlier = await earlierCommit(history, baseRef);
  if (earlier.state === 'found') return earlier.commit;
  if (earlier.state !== 'unknown') return undefined;
  if (baseRef !== undefined) throw new Error(`Git knows no "${baseRef}"`);
  return earlier.dirty ? earlier.head : history.resolve(`${earlier.head}^`);
}

async function named(question: BaselineQuestion, ports: BaselinePorts): Promise<Baseline> {
  const { asked, path, name } = question;
  const { registry, history, workspace } = ports;
  const sought = versionAsked(asked, name);
  const version = await findVersion(sought, registry);
  if (version !== undefined) return registered(question, ports, version);
  if (sought.named) return notRegistered(asked, await registry.list(sought.name));
  const commit = await history.resolve(asked);
  if (commit !== undefined) {
    const found = await atCommit(question, ports, commit, 'ref');
    return found ?? absent(`the file is not at ${asked} (${commit.slice(0, 7)})`);
  }
  const text = asked === path ? undefined : await workspace.readText(asked);
  if (text !== undefined)
    return {
      state: 'present',
      text,
      path: asked,
      file: asked,
      source: { source: 'file', name: asked },
      words: `file ${asked}`,
    };
  const versions = await registry.list(name);
  // "production" before anything was ever registered is a first version; a mistyped label later on is not.
  if (asked === 'production' && versions.length === 0) return absent(`"${name}" has no registered version`);
  return notRegistered(asked, versions);
}

async function registered(question: BaselineQuestion, ports: BaselinePorts, found: NamedVersion): Promise<Baseline> {
  const { version, by, at } = found;
  const ref = `${version.name}@${version.version}`;
  let was: Awaited<ReturnType<typeof readPromptAt>>;
  try {
    was = await readPromptAt(ports, version.commit, question.path);
  } catch (error) {
    return unreadable(
      `${ref} (commit ${version.commit.slice(0, 7)}) cannot be read: ${(error as Error).message}.`.replace('..', '.'),
      'Fetch the history (fetch-depth: 0, and tags), or name another baseline.',
    );
  }
  if (was === undefined) {
    return unreadable(
      `${ref} is commit ${version.commit.slice(0, 7)}, which has no ${question.path}.`,
      'If the file was moved, register the version at its new place, or name a Git revision as baseline.',
    );
  }
  const age = ageInWords(timeOf(version.at), timeOf(question.now));
  const notes = [...(by === 'label' ? [at] : []), ...(age === '' ? [] : [age]), ...movedNote(question, was)].join(', ');
  return {
    state: 'present',
    text: new TextDecoder().decode(was.bytes),
    path: was.path,
    file: `${was.path}@${version.version}`,
    source: sourceOf(found),
    words: notes === '' ? ref : `${ref} (${notes})`,
  };
}

async function atCommit(
  question: BaselineQuestion,
  ports: BaselinePorts,
  commit: string,
  source: 'ref' | 'merge-base',
): Promise<PresentBaseline | undefined> {
  const was = await readPromptAt(ports, commit, question.path);
  if (was === undefined) return undefined;
  const short = commit.slice(0, 7);
  const age = ageInWords(await ports.history.commitTime(commit), timeOf(question.now));
  const notes = [...(age === '' ? [] : [age]), ...movedNote(question, was)].join(', ');
  const label = source === 'merge-base' ? `merge base ${short}` : `${question.asked} at ${short}`;
  return {
    state: 'present',
    text: new TextDecoder().decode(was.bytes),
    path: was.path,
    file: `${was.path}@${short}`,
    source: { source, commit, ...(source === 'ref' && { name: question.asked }) },
    words: notes === '' ? label : `${label} (${notes})`,
  };
}

const movedNote = ({ path }: BaselineQuestion, was: { readonly path: string }): readonly string[] =>
  was.path === path ? [] : [`then ${was.path}`];

/** "3 days old", "less than a day old"; empty when either time is unknown. */
function ageInWords(from: number | undefined, now: number): string {
  if (from === undefined || !(now >= from)) return '';
  const days = Math.floor((now - from) / dayMilliseconds);
  return days === 0 ? 'less than a day old' : days === 1 ? '1 day old' : `${days} days old`;
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
