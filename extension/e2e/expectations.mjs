// What a repository holds, read by the extension's own models: what the walk must find on the screen.
import { readFileSync } from 'node:fs';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { promptStem } from '@pawl/core';
import { cardOf, loadModels } from '../src/models/model.ts';
import { fileOfVersion, loadPrompts } from '../src/prompts/model.ts';
import { openRepository } from '../src/repository/open.ts';
import { findReport } from '../src/runs/report.ts';

/** @param {string} cacheFolder  the walk's own, so that the extension starts with a cold one */
export async function readExpectations(root, cacheFolder) {
  const prompts = globSync('**/*.prompt.{yml,yaml}', { cwd: root, exclude: ['**/node_modules/**', '.git/**'] });
  const repository = await openRepository({ root, gitFolder: join(root, '.git') }, cacheFolder, async () => prompts);
  try {
    const runs = await repository.store.list();
    return {
      runs,
      reported: await firstReported(repository, runs),
      prompt: await comparablePrompt(repository, prompts),
      model: await describedModel(repository, prompts),
    };
  } finally {
    await repository.close();
  }
}

async function firstReported({ store }, runs) {
  for (const run of runs) {
    const { report } = await findReport(store, run.id);
    if (report === undefined) continue;
    // The same name and verdict may have been judged before: which of the rows that look alike it is.
    const alike = runs.filter(
      ({ kind, name, verdict }) => kind === run.kind && name === run.name && verdict === run.verdict,
    );
    return { run, report, index: alike.findIndex(({ id }) => id === run.id) };
  }
  return undefined;
}

async function comparablePrompt({ registry, history }, paths) {
  const found = (await loadPrompts(paths, registry)).find(({ versions }) => versions.length > 1);
  if (found === undefined) return undefined;
  const [newer, older] = found.versions;
  const read = async (node) => {
    const { commit, path } = await fileOfVersion(history, node);
    return new TextDecoder().decode(await history.read(commit, path));
  };
  return {
    ...found,
    newer: { version: newer.version.version, text: await read(newer) },
    older: { version: older.version.version, text: await read(older) },
    now: (root) => readFileSync(join(root, found.path), 'utf8'),
  };
}

async function describedModel(repository, paths) {
  for (const model of await loadModels(repository, new Set(paths.map(promptStem)))) {
    for (const { version } of model.versions) {
      const card = await cardOf(repository.history, version);
      if (card === undefined) continue;
      const text = new TextDecoder().decode(await repository.history.read(card.commit, card.path));
      return { name: model.name, version: version.version, heading: /^# (.+)$/m.exec(text)?.[1] ?? model.name };
    }
  }
  return undefined;
}
