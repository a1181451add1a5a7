// A repository's workflow, played in this process: an action with a gate that says what it is told, a store in memory,
// GitHub and its artifacts on the loopback interface.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineAction, runAction } from '@pawl/action-kit';
import { defineInputs, makeUlid, type Outcome, type Report, type Run, type Store } from '@pawl/core';
import { makeReport, makeRun, memoryStore } from '@pawl/core/testing';
import {
  startLoopbackArtifacts,
  startLoopbackGitHub,
  type LoopbackArtifacts,
  type LoopbackGitHub,
} from '@pawl/testkit/github';
import { sha256 } from '../src/hand-over.ts';

export const headSha = 'a'.repeat(40);
export const started = '2026-11-21T09:30:00Z';
export const startedAt = Date.parse(started);

const action = defineAction({
  slug: 'eval-gate',
  title: 'Pawl eval gate',
  description: 'Compares a model with the one in production.',
  inputs: defineInputs({ candidate: { description: 'The model.', type: 'path' } }),
  branding: { icon: 'shield', color: 'blue' },
  readsData: false,
  example: { candidate: 'm.onnx' },
});

export const runIdOf = (nth: number, time = startedAt + 60_000): string =>
  makeUlid(time, Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, nth]));

export const runOf = (overrides: Partial<Run> = {}): Run =>
  makeRun({
    id: runIdOf(1),
    startedAt: '2026-11-21T09:31:00.000Z',
    endedAt: '2026-11-21T09:31:05.000Z',
    origin: { trust: 'own', actor: 'mallory' },
    ...overrides,
  });

export const outcomeOf = (report: Partial<Report> = {}, run: Partial<Run> = {}): Outcome => ({
  report: makeReport(report),
  run: runOf({ ...(report.verdict !== undefined && { verdict: report.verdict }), ...run }),
  results: { 'cases.jsonl': '{"id":1}\n{"id":2}\n' },
  usage: false,
});

export interface Step {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly event?: { readonly name: string; readonly payload: unknown };
  readonly outcome?: Outcome;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Played {
  readonly exitCode: number;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface Scene extends AsyncDisposable {
  readonly github: LoopbackGitHub;
  readonly artifacts: LoopbackArtifacts;
  readonly store: Store;
  /** How often something was added to the store: each is one push. */
  readonly pushes: () => number;
  readonly compactions: () => readonly ({ readonly atLeast?: number } | undefined)[];
  play(step: Step): Promise<Played>;
}

/** The platform's environment is read by GitHub's own artifact client: `env` sets it for one step. */
export async function handoverScene(
  withEnv: <T>(env: Readonly<Record<string, string>>, work: () => Promise<T>) => Promise<T>,
): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-handover-'));
  const artifacts = await startLoopbackArtifacts();
  const github = await startLoopbackGitHub({
    handlers: artifacts.handlers,
    pullRequests: [
      {
        number: 7,
        head: { ref: 'topic', sha: headSha, repository: 'mallory/flights' },
        base: { ref: 'main', sha: 'b'.repeat(40) },
      },
      { number: 8, head: { ref: 'own', sha: 'c'.repeat(40) }, base: { ref: 'main', sha: 'b'.repeat(40) } },
    ],
  });
  const memory = memoryStore(undefined, sha256);
  let pushes = 0;
  const compactions: ({ readonly atLeast?: number } | undefined)[] = [];
  const store: Store = {
    ...memory,
    add: async (bundle) => {
      pushes += 1;
      return memory.add(bundle);
    },
    compact: async (when) => {
      compactions.push(when);
      return memory.compact(when);
    },
  };
  let steps = 0;
  async function play(step: Step): Promise<Played> {
    const place = join(folder, String((steps += 1)));
    const file = (name: string): string => join(place, name);
    await mkdir(file('work'), { recursive: true });
    for (const name of ['output', 'summary']) await writeFile(file(name), '');
    const event = step.event ?? { name: 'pull_request', payload: pullRequestEvent('acme/flights', 8) };
    await writeFile(file('event.json'), JSON.stringify(event.payload));
    const inputs = { candidate: 'm.onnx', 'github-token': github.token, 'upload-report': 'false', ...step.inputs };
    let log = '';
    const env = {
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...artifacts.env,
      GITHUB_ACTOR: 'robin',
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: github.url,
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: file('event.json'),
      GITHUB_JOB: 'gate',
      GITHUB_OUTPUT: file('output'),
      GITHUB_REPOSITORY: 'acme/flights',
      GITHUB_RUN_ID: '42',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_SHA: 'f'.repeat(40),
      GITHUB_STEP_SUMMARY: file('summary'),
      GITHUB_WORKSPACE: file('work'),
      RUNNER_TEMP: file('temp'),
      ...step.env,
    };
    const exitCode = await withEnv(env, () =>
      runAction(
        action,
        {
          openWorld: async () => ({ config: {}, problems: [], store, [Symbol.asyncDispose]: async () => {} }),
          execute: async () => step.outcome ?? outcomeOf(),
        },
        { cwd: file('work'), write: (text) => (log += text), env },
      ),
    );
    return {
      exitCode,
      log,
      outputs: outputsOf(await readFile(file('output'), 'utf8')),
      summary: await readFile(file('summary'), 'utf8'),
    };
  }
  return {
    github,
    artifacts,
    store,
    pushes: () => pushes,
    compactions: () => compactions,
    play,
    [Symbol.asyncDispose]: async () => {
      await github.close();
      await artifacts[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const outputsOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^(.+)<<(pawl-\S+)\n([^]*?)\n\2$/gm)].map((match) => [match[1], match[3]]));

export const pullRequestEvent = (headRepository: string, number = 7) => ({
  number,
  pull_request: {
    number,
    head: {
      ref: number === 7 ? 'topic' : 'own',
      sha: number === 7 ? headSha : 'c'.repeat(40),
      repo: { full_name: headRepository },
    },
    base: { ref: 'main', sha: 'b'.repeat(40) },
  },
  repository: { full_name: 'acme/flights' },
});

/** What starts `mode: publish`: the fork's run has ended. */
export const forkRunEnded = (overrides: Readonly<Record<string, unknown>> = {}) => ({
  name: 'workflow_run',
  payload: {
    action: 'completed',
    workflow_run: {
      id: 42,
      run_attempt: 1,
      event: 'pull_request',
      head_sha: headSha,
      head_branch: 'topic',
      head_repository: { full_name: 'mallory/flights' },
      actor: { login: 'mallory' },
      html_url: 'https://github.com/acme/flights/actions/runs/42',
      created_at: started,
      updated_at: '2026-11-21T09:40:00Z',
      conclusion: 'success',
      pull_requests: [],
      ...overrides,
    },
    repository: { full_name: 'acme/flights' },
  },
});
