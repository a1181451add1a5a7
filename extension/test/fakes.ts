// An editor that remembers what it was asked for, and a repository in memory.
import { fakeIds } from '@pawl/core/testing';
import type { RegisteredVersion, Report, Run, RunKind, Verdict } from '@pawl/core';
import { summaryOf } from '@pawl/core';
import type { App, Editor, Repository } from '../src/app.ts';

const ids = fakeIds();

export function makeRun(
  overrides: { kind?: RunKind; name?: string; verdict?: Verdict; [key: string]: unknown } = {},
): Run {
  return {
    schema: 'pawl.run/1',
    id: ids.next(),
    kind: 'prompt-regression',
    name: 'mail-triage',
    verdict: 'fail',
    headline: '31 mails newly wrong',
    startedAt: '2026-11-20T10:00:00.000Z',
    origin: { commit: 'c0ffee'.padEnd(40, '0'), branch: 'shorter-prompt', actor: 'ada' },
    inputs: [],
    params: {},
    metrics: {},
    results: {},
    ...overrides,
  };
}

export function makeReport(overrides: Partial<Report> = {}): Report {
  return {
    schema: 'pawl.report/1',
    kind: 'prompt-regression',
    name: 'mail-triage',
    verdict: 'fail',
    headline: '31 mails newly wrong',
    comparison: 'accuracy 0.87 → 0.81',
    n: 400,
    blocks: [{ type: 'text', text: 'It says less.' }],
    findings: [],
    problems: [],
    footer: { reproduce: 'pawl eval prompts/mail-triage.prompt.yml --baseline production' },
    ...overrides,
  };
}

export function makeVersion(
  name: string,
  version: string,
  overrides: Partial<RegisteredVersion> = {},
): RegisteredVersion {
  return {
    name,
    version,
    commit: commitOf(`${name}@${version}`),
    at: '2026-11-01T09:00:00.000Z',
    message: 'A registered version',
    labels: [],
    deprecated: false,
    ...overrides,
  };
}

/** A commit hash for a text: the same each time, another for another text. */
export const commitOf = (text: string): string =>
  [...text]
    .map((letter) => letter.charCodeAt(0).toString(16).padStart(2, '0'))
    .join('')
    .padEnd(40, '0')
    .slice(0, 40);

export interface FakeContent {
  readonly runs?: readonly Run[];
  /** By run id. */
  readonly reports?: Readonly<Record<string, string>>;
  readonly versions?: readonly RegisteredVersion[];
  readonly prompts?: readonly string[];
  /** `commit:path` → text. */
  readonly files?: Readonly<Record<string, string>>;
}

export function fakeRepository({
  runs = [],
  reports = {},
  versions = [],
  prompts = [],
  files = {},
}: FakeContent): Repository {
  const unused = (): never => {
    throw new Error('views and commands only read');
  };
  return {
    root: '/repository',
    promptPaths: async () => prompts,
    store: {
      list: async ({ limit = Number.POSITIVE_INFINITY } = {}) =>
        runs
          .map(summaryOf)
          .toSorted((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit),
      read: async (id) => runs.find((run) => run.id === id),
      readResult: async (id, file) => (file === 'report.json' ? reports[id] : undefined),
      operations: async () => [],
      add: unused,
      compact: unused,
    },
    registry: {
      list: async (name) => versions.filter((version) => name === undefined || version.name === name),
      resolve: async () => undefined,
      history: async () => [],
      register: unused,
      label: unused,
      unlabel: unused,
      deprecate: unused,
      archive: unused,
      tagger: unused,
    },
    history: {
      resolve: async () => undefined,
      mergeBase: async () => undefined,
      read: async (commit, path) => {
        const text = files[`${commit}:${path}`];
        return text === undefined ? undefined : new TextEncoder().encode(text);
      },
      list: async () => [],
      materialize: async () => undefined,
      commitTime: async () => undefined,
      head: async () => ({ dirty: false }),
    },
  };
}

export interface FakeApp extends App {
  /** What the editor was asked for, in words. */
  readonly asked: string[];
}

/** @param answers labels of the choices that the user makes, one after another */
export function fakeApp(repository: Repository | undefined, answers: readonly string[] = []): FakeApp {
  const asked: string[] = [];
  const left = [...answers];
  const nameOf = (file: { title: string; path: string } | string): string =>
    typeof file === 'string' ? file : `${file.title}:${file.path}`;
  const editor: Editor = {
    inform: (message) => void asked.push(`inform: ${message}`),
    warn: (message) => void asked.push(`warn: ${message}`),
    choose: async (question, choices) => {
      const answer = left.shift();
      asked.push(`choose: ${question} ${choices.map(({ label }) => label).join(' | ')}`);
      return choices.find(({ label }) => label === answer)?.value;
    },
    showReport: async ({ title }) => void asked.push(`report: ${title}`),
    showFile: async (file) => void asked.push(`file: ${nameOf(file)}`),
    showMarkdown: async (file) => void asked.push(`markdown: ${nameOf(file)}`),
    showDiff: async ({ left, right }, title) => void asked.push(`diff: ${nameOf(left)} / ${nameOf(right)} (${title})`),
    copy: async (text) => void asked.push(`copy: ${text}`),
    formatTime: (iso) => iso.slice(0, 10),
  };
  return { asked, editor, repository: async () => repository, refresh: () => void asked.push('refresh') };
}
