#!/usr/bin/env node
// Walks through the packaged extension in a real VS Code: three trees, a report, a diff, a card, a run that arrives.
// Runs on Node 24:  node walk.mjs [--repository FOLDER]
//
// Without a folder it makes a repository of its own. One that is given is only read: nothing is added to it.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openChecks } from './checks.mjs';
import { openWorkbench } from './drive.mjs';
import { readExpectations } from './expectations.mjs';
import { installVSCode } from './install-vscode.mjs';
import { packExtension } from './pack.mjs';
import { fingerprint, isolated, makeSampleRepository, readReports } from './sample-repository.mjs';
import { startServer } from './vscode-server.mjs';
import {
  compareWithWorkTree,
  openCard,
  openReport,
  openTrees,
  seeActivation,
  seeDiff,
  seeNewRun,
  seeNoRepository,
  seeUntrusted,
} from './steps.mjs';

const { values } = parseArgs({ options: { repository: { type: 'string' } } });
const shots = join(import.meta.dirname, '..', 'dist', 'shots');
const checks = openChecks();

await using scratch = makeScratch();
await using sample = values.repository === undefined ? await fill(await makeSampleRepository()) : undefined;
const root = sample?.root ?? realpathSync(resolve(values.repository));
const expected = await readExpectations(root, join(scratch.folder, 'expectations'));
const before = fingerprint(root);
checks.note(`repository with ${expected.runs.length} runs: ${root}`);

const where = installVSCode({ log: checks.note });
const vsix = await packExtension();
await checks.check('the VSIX holds what it should and no more', () => {
  const wanted = [
    'LICENSE',
    'README.md',
    'assets/pawl.png',
    'assets/pawl.svg',
    'dist/extension.cjs',
    'dist/store-settings.cjs',
    'package.json',
  ];
  if (JSON.stringify(vsix.files.toSorted()) !== JSON.stringify(wanted)) throw new Error(vsix.files.join(', '));
  return `${vsix.bytes} bytes`;
});

// VS Code's own Git extension would refresh the index; what changes the repository must be ours alone.
const settings = { 'git.enabled': false, 'extensions.ignoreRecommendations': true };
await using server = await startServer({ ...where, vsix: [vsix.path], settings, env: isolated });

await (async () => {
  await using walk = await openWorkbench({ server, folder: root, chromium: where.chromium, shots, theme: 'light' });
  const stage = { walk, checks, expected, root, sample };
  await seeActivation(stage);
  await openTrees(stage);
  await openReport(stage);
  await seeDiff(stage);
  await compareWithWorkTree(stage);
  await openCard(stage);
  await seeNewRun(stage);
  await checks.check('the page asked no foreign origin', () => nothing(walk.foreignOrigins()));
  await checks.check('there was no error', () => nothing(walk.errors));
})();

await (async () => {
  const folder = join(scratch.folder, 'no-repository');
  mkdirSync(folder);
  await using walk = await openWorkbench({ server, folder, chromium: where.chromium, shots, theme: 'dark' });
  await seeNoRepository({ walk, checks });
  await checks.check('there was no error without a repository', () => nothing(walk.errors));
})();
await server.stop();

await (async () => {
  const git = watchGit(scratch.folder);
  const env = { ...isolated, PATH: `${git.folder}${delimiter}${process.env.PATH}` };
  await using restricted = await startServer({ ...where, vsix: [vsix.path], settings, env, restricted: true });
  await using walk = await openWorkbench({ server: restricted, folder: root, chromium: where.chromium, shots });
  await seeUntrusted({ walk, checks, git });
  await checks.check('there was no error without trust', () => nothing(walk.errors));
})();

await checks.check('the repository is as it was', () => fingerprint(root) === before);
process.exitCode = checks.sumUp();

/** What a team's repository has after a while: four gates on a pull request, one that could not judge, a training. */
async function fill(repository) {
  await repository.addRun(undefined, { branch: 'main' });
  for (const name of ['problems', 'advisory', 'hostile', 'inconclusive', 'several']) {
    for (const report of readReports(name)) await repository.addRun(report);
  }
  await repository.addRun(readReports('flips')[0]);
  return repository;
}

function makeScratch() {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pawl-walk-'));
  return { folder, [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A `git` that notes each call and then is the real one. */
function watchGit(scratch) {
  const folder = join(scratch, 'bin');
  const calls = join(scratch, 'git-calls');
  mkdirSync(folder);
  writeFileSync(calls, '');
  writeFileSync(join(folder, 'git'), `#!/bin/sh\necho "$@" >> '${calls}'\nPATH='${process.env.PATH}' exec git "$@"\n`, {
    mode: 0o755,
  });
  return {
    folder,
    calls: () =>
      readFileSync(calls, 'utf8')
        .split('\n')
        .filter((call) => call !== ''),
  };
}

function nothing(list) {
  if (list.length > 0) throw new Error(list.join('\n'));
}
