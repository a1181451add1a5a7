// Every folder of fixtures/cases/eval-gate: files of a user's repository, the inputs, and what must come out.
// A new case is a new folder with data, policy and case.json; `vitest -u` writes its expected.json to be read.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { exitCodeOf, Report, Run, type Outcome, type Registry, type Workspace } from '@pawl/core';
import { gateModel, evalGateInputs as gateInputs, type EvalGateInputs } from '@pawl/core/eval-gate';
import { renderMarkdown } from '@pawl/core/report';
import { fakeContext } from '@pawl/core/testing';
import { readInputs } from '../../src/formats/inputs.ts';
import { rowsEngine } from './rows-engine.ts';

interface Case {
  inputs: Record<string, string>;
  registry?: 'unreadable' | { version: string; at: string; commit: string; files: Record<string, string> };
}

const root = fileURLToPath(new URL('../../../../fixtures/cases/eval-gate', import.meta.url));
// The onnx-* cases need ONNX Runtime, an adapter: packages/models walks them.
const cases = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('onnx-'))
  .map(({ name }) => name);

test.each(cases)('the case %s comes out as written', async (name) => {
  const outcome = await judge(join(root, name));

  await expect(`${JSON.stringify(summaryOf(outcome), null, 2)}\n`).toMatchFileSnapshot(
    join(root, name, 'expected.json'),
  );
  expect(Report.safeParse(outcome.report).error).toBeUndefined();
  if (outcome.run !== undefined) expect(Run.safeParse(outcome.run).error).toBeUndefined();
  expect(renderMarkdown(outcome.report)).toContain(outcome.report.problems[0]?.message.slice(0, 12) ?? '');
});

test('the same evidence gives the same report twice', async () => {
  const first = await judge(join(root, 'thin-evidence'));
  const second = await judge(join(root, 'thin-evidence'));

  expect(second.report).toEqual(first.report);
  expect(second.run).toEqual(first.run);
});

async function judge(folder: string): Promise<Outcome> {
  const setting = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as Case;
  const inputs = readInputs(gateInputs, setting.inputs).value as EvalGateInputs;
  return gateModel({
    inputs,
    workspace: folderWorkspace(folder),
    history: {
      resolve: async () => undefined,
      mergeBase: async () => undefined,
      read: async (_commit, path) => {
        const files = typeof setting.registry === 'object' ? setting.registry.files : {};
        return files[path] === undefined ? undefined : readFileSync(join(folder, files[path]));
      },
      list: async () => [],
      materialize: async () => undefined,
      commitTime: async () => undefined,
      head: async () => ({ dirty: false }),
    },
    registry: registryOf(setting),
    engine: rowsEngine(),
    scorer: { load: () => Promise.reject(new Error('these cases run no model')) },
    context: fakeContext({ sha256: (data) => `sha256:${createHash('sha256').update(data).digest('hex')}` }),
  });
}

function registryOf({ registry }: Case): Registry {
  const resolve: Registry['resolve'] = async (name, at) => {
    if (registry === 'unreadable') throw new Error('the remote did not answer');
    if (registry === undefined || at !== 'production') return undefined;
    return { name, ...registry, message: '', labels: ['production'], deprecated: false };
  };
  const never = () => Promise.reject(new Error('the gate writes nothing'));
  const writes = { register: never, label: never, unlabel: never, deprecate: never, archive: never, tagger: never };
  return { resolve, list: async () => [], ...writes, history: async () => [] };
}

function folderWorkspace(folder: string): Workspace {
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    try {
      return readFileSync(join(folder, path));
    } catch {
      return undefined;
    }
  };
  return {
    read,
    readText: async (path) => {
      const bytes = await read(path);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    list: async () => readdirSync(folder),
    fingerprint: async (path) => {
      const bytes = await read(path);
      return bytes && { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes: bytes.length };
    },
    resolve: async (path) => join(folder, path),
    write: () => Promise.reject(new Error('the gate writes nothing')),
  };
}

const rounded = (value: number | null | undefined): number | null | undefined =>
  typeof value === 'number' ? Number(value.toPrecision(6)) : value;

/** What a person checks in a case; digests and charts are not among it. */
function summaryOf(outcome: Outcome) {
  const { report, run } = outcome;
  return {
    exitCode: exitCodeOf(outcome),
    verdict: report.verdict,
    headline: report.headline,
    comparison: report.comparison,
    n: report.n,
    footer: report.footer,
    problems: report.problems.map(({ code, message, hint, file, line }) => ({ code, message, hint, file, line })),
    findings: report.findings,
    metrics: Object.fromEntries(
      Object.entries(run?.metrics ?? {}).map(([name, metric]) => [
        name,
        {
          verdict: metric.verdict,
          value: rounded(metric.value),
          baseline: rounded(metric.baseline),
          difference: rounded(metric.difference),
          interval: metric.interval?.map(rounded),
        },
      ]),
    ),
    baseline: run?.baseline,
    results: Object.keys(outcome.results),
  };
}
