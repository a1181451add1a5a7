import { describe, expect, it } from 'vitest';
import { fileAddress, reportAddress } from '../src/documents/address.ts';
import { contentOf } from '../src/documents/content.ts';
import { readFileAddress, readReportAddress } from '../src/documents/read-address.ts';
import { commitOf, fakeRepository, makeRun } from './fakes.ts';

const commit = commitOf('x');

describe('addresses of read-only documents', () => {
  it('come back as they went', () => {
    const file = { commit, path: 'prompts/mail triage.prompt.yml', title: 'mail-triage@v1.0.0' };
    expect(readFileAddress(fileAddress(file))).toEqual(file);
    const { id } = makeRun();
    expect(readReportAddress(reportAddress({ id, title: 'data/../flights' }))).toBe(id);
  });

  it('keep a title from adding folders', () => {
    expect(reportAddress({ id: makeRun().id, title: 'a/b\\c' }).path.split('/')).toHaveLength(4);
    expect(fileAddress({ commit, path: 'a.md', title: '../..' }).path).toBe('/..∕../a.md');
  });

  it('are refused when they name no commit', () => {
    for (const authority of ['', 'HEAD', '--output=x', commit.slice(1), `${commit}0`]) {
      expect(readFileAddress({ authority, path: '/t/a.md' })).toBeUndefined();
    }
  });

  it('are refused when the path leaves the tree', () => {
    for (const path of ['/t', '/t/', 'a/b', '/t/../b', '/t/a//b', '/t/./a']) {
      expect(readFileAddress({ authority: commit, path })).toBeUndefined();
    }
  });

  it('are no report without a run id', () => {
    for (const path of ['/runs/x/y', '/other/01KZ0000000000000000000000/y', '/']) {
      expect(readReportAddress({ authority: 'run', path })).toBeUndefined();
    }
  });
});

describe('the content of a document', () => {
  const run = makeRun();
  const repository = fakeRepository({
    runs: [run],
    reports: { [run.id]: '{}' },
    files: { [`${commit}:models/a/README.md`]: '# A' },
  });
  const textOf = async (address: { authority: string; path: string }): Promise<string | undefined> => {
    const content = await contentOf(address, repository);
    return content === undefined ? undefined : new TextDecoder().decode(content);
  };

  it('is the file as it was at the commit', async () => {
    expect(await textOf(fileAddress({ commit, path: 'models/a/README.md', title: 'a@v1.0.0' }))).toBe('# A');
  });

  it('is the data of the report for a run', async () => {
    expect(await textOf(reportAddress({ id: run.id, title: 'a' }))).toBe('{}');
  });

  it('is absent where there is nothing', async () => {
    expect(await textOf(fileAddress({ commit, path: 'b', title: 'a' }))).toBeUndefined();
    expect(await textOf(reportAddress({ id: makeRun().id, title: 'a' }))).toBeUndefined();
    expect(await textOf({ authority: 'HEAD', path: '/a/b' })).toBeUndefined();
  });
});
