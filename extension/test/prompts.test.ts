import { describe, expect, it } from 'vitest';
import { comparePromptVersions } from '../src/prompts/commands/compare-prompt-versions.ts';
import { comparePromptWithWorkingTree } from '../src/prompts/commands/compare-prompt-with-working-tree.ts';
import { openPromptVersion } from '../src/prompts/commands/open-prompt-version.ts';
import { loadPrompts, type PromptVersionNode } from '../src/prompts/model.ts';
import { promptRows } from '../src/prompts/tree.ts';
import { commitOf, fakeApp, fakeRepository, makeVersion, type FakeApp } from './fakes.ts';

const path = 'prompts/mail-triage.prompt.yml';
const versions = [
  makeVersion('mail-triage', 'v1.10.0'),
  makeVersion('mail-triage', 'v1.9.0', { labels: ['production', 'staging'] }),
  makeVersion('mail-triage', 'v1.0.0', { deprecated: true }),
];
const files = Object.fromEntries(versions.map(({ commit }) => [`${commit}:${path}`, 'messages: []']));
const content = { prompts: [path, 'prompts/draft.prompt.yml'], versions, files };

describe('the Prompts view', () => {
  it('shows every prompt with its labels, and under it the versions, highest first', async () => {
    const rows = promptRows(fakeApp(fakeRepository(content)));

    const prompts = await rows.children();
    expect(
      prompts.map((prompt) => [rows.row(prompt).label, rows.row(prompt).description, rows.row(prompt).fold]),
    ).toEqual([
      ['draft', 'no version registered', 'none'],
      ['mail-triage', 'production v1.9.0, staging v1.9.0', 'expanded'],
    ]);
    const shown = (await rows.children(prompts[1])).map((version) => [
      rows.row(version).label,
      rows.row(version).description,
    ]);
    expect(shown).toEqual([
      ['v1.10.0', ''],
      ['v1.9.0', 'production, staging'],
      ['v1.0.0', 'deprecated'],
    ]);
  });

  it('does not ask the registry when the repository has no prompt', async () => {
    const registry = {
      list: () => Promise.reject(new Error('asked')),
    };
    expect(await loadPrompts([], registry)).toEqual([]);
  });
});

describe('the commands of a prompt', () => {
  it('compares two selected versions, the older one on the left whatever was clicked first', async () => {
    const { app, nodes } = await opened();
    await comparePromptVersions(app).run(nodes[0], [nodes[0], nodes[1]]);
    expect(app.asked).toEqual([
      `diff: mail-triage@v1.9.0:${path} / mail-triage@v1.10.0:${path} (mail-triage@v1.9.0 ↔ v1.10.0)`,
    ]);
  });

  it('asks for the other version when one is given', async () => {
    const { app, nodes } = await opened(['v1.0.0']);
    await comparePromptVersions(app).run(nodes[0]);
    expect(app.asked[0]).toBe('choose: Compare mail-triage@v1.10.0 with v1.9.0 | v1.0.0');
    expect(app.asked[1]).toMatch(/^diff: mail-triage@v1\.0\.0:.* \/ mail-triage@v1\.10\.0:/);
  });

  it('asks for both when it is called from the palette, and only for prompts that have versions', async () => {
    const { app } = await opened(['v1.9.0', 'v1.10.0']);
    await comparePromptVersions(app).run();
    expect(app.asked.map((line) => line.split(' ')[0])).toEqual(['choose:', 'choose:', 'diff:']);
  });

  it('does nothing when the user thinks better of it', async () => {
    const { app, nodes } = await opened();
    await comparePromptVersions(app).run(nodes[0]);
    expect(app.asked).toHaveLength(1);
  });

  it('says so when there is only one version', async () => {
    const app = fakeApp(fakeRepository({ ...content, versions: versions.slice(0, 1) }));
    const [prompt] = await loadPrompts([path], fakeRepository({ ...content, versions: versions.slice(0, 1) }).registry);
    await comparePromptVersions(app).run(prompt?.versions[0]);
    expect(app.asked).toEqual([
      'inform: mail-triage@v1.10.0 is the only registered version: there is nothing to compare it with.',
    ]);
  });

  it('compares a version with the file of the work tree', async () => {
    const { app, nodes } = await opened();
    await comparePromptWithWorkingTree(app).run(nodes[1]);
    expect(app.asked).toEqual([`diff: mail-triage@v1.9.0:${path} / ${path} (mail-triage@v1.9.0 ↔ working tree)`]);
  });

  it('says where a prompt was not when its file has moved since', async () => {
    const { app, nodes } = await opened([], { files: {} });
    await openPromptVersion(app).run(nodes[2]);
    expect(app.asked).toEqual([
      `inform: mail-triage@v1.0.0 has no file ${path}: it lay elsewhere at commit ${commitOf('mail-triage@v1.0.0').slice(0, 10)}.`,
    ]);
  });

  it('takes what it does not know as no argument', async () => {
    const { app } = await opened();
    await openPromptVersion(app).run({ type: 'prompt-version' });
    expect(app.asked[0]).toMatch(/^choose: Which version\?/);
  });
});

async function opened(
  answers: readonly string[] = [],
  overrides: Partial<typeof content> = {},
): Promise<{ app: FakeApp; nodes: readonly PromptVersionNode[] }> {
  const repository = fakeRepository({ ...content, ...overrides });
  const prompts = await loadPrompts([path], repository.registry);
  return { app: fakeApp(repository, answers), nodes: prompts[0]?.versions ?? [] };
}
