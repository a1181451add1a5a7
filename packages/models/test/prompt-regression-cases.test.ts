// fixtures/cases/prompt-regression: each folder is a repository, a production version, a model and what comes of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exitCodeOf, readInputs, type ModelProvider } from '@pawl/core';
import { checkPrompts, promptRegressionInputs, type ProviderFactory } from '@pawl/core/prompt-regression';
import { renderMarkdown } from '@pawl/core/report';
import { fakeContext, fakeProvider, fakeWorkspace, memoryHistory, memoryRegistry } from '@pawl/core/testing';
import { promptProviders } from '@pawl/models';

interface Case {
  readonly inputs: Record<string, string>;
  /** The production version's commit is not in the clone. */
  readonly unreadable?: boolean;
}
interface Rule {
  readonly when: readonly string[];
  readonly answer: string;
}

const root = new URL('../../../fixtures/cases/prompt-regression/', import.meta.url);

function filesBelow(folder: URL): Record<string, string> {
  if (!existsSync(folder)) return {};
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => {
      const path = `${parentPath}/${name}`;
      return [path.slice(folder.pathname.length), readFileSync(path, 'utf8')];
    }),
  );
}

/** The first rule whose texts all stand in the messages answers. */
function modelOf(rules: readonly Rule[]): ModelProvider {
  return fakeProvider(({ messages }) => {
    const text = messages.map(({ content }) => content).join('\n');
    return rules.find(({ when }) => when.every((part) => text.includes(part)))?.answer ?? '';
  });
}

async function runCase(name: string) {
  const folder = new URL(`${name}/`, root);
  const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  const { inputs, unreadable } = read('case.json') as Case;
  const production = filesBelow(new URL('production/', folder));
  const commit = '5eed000000000000000000000000000000000000';
  const history = memoryHistory({
    commits: unreadable === true ? [] : [{ commit, parents: [], time: 1_767_000_000_000, files: production }],
    refs: {},
  });
  const registry = memoryRegistry();
  if (unreadable === true || Object.keys(production).length > 0) {
    const { version } = await registry.register({ name: 'triage', commit, message: 'first' });
    await registry.label({ name: 'triage', version, label: 'production', message: 'live' });
  }
  const workspace = fakeWorkspace(filesBelow(new URL('candidate/', folder)));
  const recorded = promptProviders({ workspace, environment: () => undefined });
  const openProvider: ProviderFactory = existsSync(new URL('answers.json', folder))
    ? async () => ({ value: modelOf(read('answers.json') as Rule[]), problems: [] })
    : recorded;
  const given = readInputs(promptRegressionInputs, inputs);
  if (given.value === undefined) throw new Error(JSON.stringify(given.problems));
  return checkPrompts(given.value, { workspace, history, registry, openProvider }, fakeContext());
}

test.each(readdirSync(root))('%s ends as its folder says', async (name) => {
  const outcome = await runCase(name);
  const { report, run } = outcome;
  const said = {
    exit: exitCodeOf(outcome),
    verdict: report.verdict,
    headline: report.headline,
    comparison: report.comparison,
    problems: report.problems,
    findings: report.findings,
    footer: report.footer,
    recorded: run !== undefined,
  };

  const file = (end: string) => new URL(`${name}/expected.${end}`, root).pathname;
  await expect(`${JSON.stringify(said, undefined, 2)}\n`).toMatchFileSnapshot(file('json'));
  await expect(renderMarkdown(report)).toMatchFileSnapshot(file('md'));
});
