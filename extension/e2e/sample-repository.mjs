// A small repository as a team would have it: runs with reports in the store, a prompt with two registered versions, a
// model with a card. Made through @pawl/git, with Git isolated from the user's settings, hooks and identity.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeUlid, Report } from '@pawl/core';
import { openRegistry, openStore } from '@pawl/git';

const cases = join(import.meta.dirname, '..', '..', 'fixtures', 'cases', 'report');

/** What Git must not take from the machine; the walk's VS Code gets it too. */
export const isolated = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};
const environment = { ...process.env, ...isolated };

export const promptPath = 'prompts/mail-triage.prompt.yml';

const promptText = (instruction) => `name: mail-triage
description: Sorts incoming mail.
model: gemma-3-270m
modelParameters:
  temperature: 0
messages:
  - role: system
    content: |
      You sort incoming mail into spam and ham.
      ${instruction}
  - role: user
    content: "{{mail}}"
evaluators:
  - name: right
    string:
      equals: "{{expected}}"
`;

const card = (version, loss) => `---
license: apache-2.0
tags: [tabular-classification]
---
# Flight delay ${version}

Tells whether a flight in the United States will arrive **more than 15 minutes late**, from what is known when it departs.

| metric | value | n |
| --- | ---: | ---: |
| log-loss | ${loss} | 50,000 |
| AUC | 0.741 | 50,000 |

## Limits

- Trained on 2001; airports opened since are unknown to it.
- Not for decisions about single passengers.
`;

export async function makeSampleRepository() {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pawl-walk-'));
  const root = join(folder, 'mail-and-flights');
  mkdirSync(root);
  const write = (path, text) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const commit = (message, at) => {
    const dated = { GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at };
    git(root, ['add', '--all']);
    git(root, ['commit', '--quiet', '--message', message], dated);
    return git(root, ['rev-parse', 'HEAD']);
  };

  git(root, ['init', '--quiet', '--initial-branch=main']);
  write('README.md', '# Mail and flights\n');
  write(promptPath, promptText('Answer with one word: spam or ham.'));
  write('models/flight-delay/README.md', card('v1.0.0', '0.452'));
  const first = commit('First prompt and model', '2026-11-02T09:00:00Z');
  write(promptPath, promptText('Answer with one word, spam or ham. Mail that asks for money is spam.'));
  write('models/flight-delay/README.md', card('v1.1.0', '0.441'));
  const second = commit('Say what spam is; train on more months', '2026-11-16T15:30:00Z');
  write('prompts/reply-draft.prompt.yml', promptText('Draft a short reply.').replaceAll('mail-triage', 'reply-draft'));
  const head = commit('Draft replies', '2026-11-20T11:00:00Z');
  write(promptPath, promptText('Spam or ham?'));

  await using registry = await openRegistry({ repository: root, cacheDir: join(folder, 'registry.git'), environment });
  for (const [version, at] of [
    ['v1.0.0', first],
    ['v1.1.0', second],
  ]) {
    for (const name of ['mail-triage', 'flight-delay']) {
      await registry.register({ name, version, commit: at, message: `${name} ${version}` });
    }
  }
  await registry.label({ name: 'mail-triage', version: 'v1.0.0', label: 'production', message: 'serve it' });
  await registry.label({ name: 'mail-triage', version: 'v1.1.0', label: 'staging', message: 'try it' });
  await registry.label({ name: 'flight-delay', version: 'v1.0.0', label: 'production', message: 'serve it' });

  const store = await openStore({ repository: root, cacheDir: join(folder, 'store.git'), environment });
  let minute = 0;
  const addRun = async (report, overrides = {}) => {
    const time = Date.parse('2026-11-20T12:00:00Z') + (minute += 7) * 60_000;
    const run = runOf(report, { time, head, ...overrides });
    await store.add({
      runs: [{ run, results: report === undefined ? {} : { 'report.json': JSON.stringify(report) } }],
      operations: [],
    });
    return run;
  };
  return {
    root,
    head,
    addRun,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The reports of the renderers' own test cases. */
export const readReports = (name) =>
  JSON.parse(readFileSync(join(cases, name, 'report.json'), 'utf8')).map((report) => Report.parse(report));

let serial = 0;

function runOf(report, { time, head, branch = 'shorter-prompt', ...overrides }) {
  serial += 1;
  return {
    schema: 'pawl.run/1',
    id: makeUlid(time, Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, serial >> 8, serial & 255])),
    kind: report?.kind ?? 'training',
    name: report?.name ?? 'flight-delay',
    ...(report !== undefined && { verdict: report.verdict, headline: report.headline }),
    startedAt: new Date(time).toISOString(),
    origin: { commit: head, branch, pullRequest: 12, actor: 'ada', trust: 'own' },
    inputs: [],
    params: {},
    metrics: {},
    results: {},
    ...overrides,
  };
}

/** Everything of a repository that only its owner may change, as one comparable text. */
export function fingerprint(root) {
  const config = readFileSync(join(root, '.git', 'config'), 'utf8');
  const index = readFileSync(join(root, '.git', 'index')).toString('base64');
  const refs = git(root, ['for-each-ref', '--format=%(refname) %(objectname)']);
  return JSON.stringify({
    status: git(root, ['--no-optional-locks', 'status', '--porcelain']),
    head: git(root, ['symbolic-ref', 'HEAD']),
    refs: refs.split('\n').filter((ref) => !ref.startsWith('refs/pawl/')),
    config,
    index,
  });
}

function git(root, args, extra = {}) {
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd: root,
    env: { ...environment, ...extra },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}
