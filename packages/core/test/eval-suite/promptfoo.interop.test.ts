// The same tests, prompts and assertions as promptfoo itself makes of a config, and the differences that are meant.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { rowsOf, type Row } from './rows.ts';
import { differences, filesOf, foldersOf, formats, readFolder } from './suite-folder.ts';

const home = process.env['PAWL_INTEROP_PROMPTFOO'];
if (home === undefined)
  console.warn('promptfoo interop is skipped: PAWL_INTEROP_PROMPTFOO names no folder with node_modules/promptfoo.');

interface PeerRow {
  readonly testIdx: number;
  readonly promptIdx: number;
  readonly vars: Record<string, unknown>;
  readonly provider: { readonly id: string; readonly label?: string };
  readonly response?: { readonly output?: unknown };
  readonly testCase: {
    readonly assert?: readonly unknown[];
    readonly threshold?: number;
    readonly metadata?: unknown;
    readonly providerOutput?: unknown;
  };
  readonly success: boolean;
}

interface PeerResult {
  readonly code: number;
  readonly said: string;
  readonly rows: readonly PeerRow[] | undefined;
}

const valid = foldersOf('promptfoo/valid').map((name) => `promptfoo/valid/${name}`);

// Concurrent: most of the time promptfoo waits for hosts that it cannot reach.
describe.runIf(home !== undefined)('promptfoo', () => {
  test.concurrent.each(valid)('%s asks and checks the same', async (path) => {
    const { rows, said } = await runPromptfoo(path);
    expect(rows, said).toBeDefined();
    const { value, problems } = await readFolder(path);

    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(comparable(rowsOf(value!), path)).toEqual(comparable(rows!.map(peerRow), path));
  });

  test.concurrent.each(differences)('$folder: $what', async ({ folder, promptfoo, pawl }) => {
    const path = `promptfoo/different/${folder}`;
    const peer = await runPromptfoo(path);
    const { value, problems } = await readFolder(path);

    expect(
      { rows: peer.rows?.length ?? 0, passed: peer.rows?.filter(({ success }) => success).length ?? 0 },
      peer.said,
    ).toEqual(promptfoo);
    expect({ cases: value?.cases.length ?? 0, problems: problems.map(({ code }) => code) }).toEqual(pawl);
  });

  test('at least sixty configs are compared', () => {
    expect(valid.length).toBeGreaterThanOrEqual(60);
  });
});

async function runPromptfoo(path: string): Promise<PeerResult> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-promptfoo-'));
  try {
    await cp(new URL(`${path}/`, formats).pathname, folder, { recursive: true });
    const config = Object.keys(filesOf(path)).find((file) => file.startsWith('promptfooconfig.')) ?? '';
    const entry = join(home!, 'node_modules/promptfoo/dist/src/entrypoint.js');
    const flags = ['--output', 'out.json', '--no-write', '--no-cache', '--no-table', '--no-progress-bar', '--no-share'];
    const environment = {
      ...process.env,
      PAWL_SECRET: 'hunter2',
      PROMPTFOO_CONFIG_DIR: join(folder, '.promptfoo'),
      PROMPTFOO_DISABLE_TELEMETRY: '1',
      PROMPTFOO_DISABLE_UPDATE: '1',
      PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
      OPENAI_API_KEY: 'none',
    };
    const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
      execFile(
        process.execPath,
        [entry, 'eval', '-c', config, ...flags],
        { cwd: folder, env: environment },
        (error, stdout, stderr) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: `${stdout}${stderr}` }),
      );
    });
    const text = await readFile(join(folder, 'out.json'), 'utf8').catch(() => undefined);
    const rows =
      text === undefined ? undefined : (JSON.parse(text) as { results: { results: PeerRow[] } }).results.results;
    return { code, said, rows: rows?.toSorted((a, b) => a.testIdx - b.testIdx || a.promptIdx - b.promptIdx) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function peerRow(row: PeerRow): Row {
  const { testCase, provider, response, vars } = row;
  const output = response?.output;
  return {
    provider: provider.label === undefined || provider.label === '' ? provider.id : provider.label,
    vars,
    ...(testCase.providerOutput === undefined && {
      text: typeof output === 'string' ? output : JSON.stringify(output),
    }),
    assert: testCase.assert ?? [],
    ...(testCase.threshold !== undefined && { threshold: testCase.threshold }),
    metadata: testCase.metadata ?? {},
  };
}

/**
 * Files are read by Pawl with the suite, and by promptfoo when an assertion runs: both are compared as what was read.
 * The order of a glob's files is chance with promptfoo, and by name with Pawl.
 */
function comparable(rows: readonly Row[], path: string): unknown {
  const plain = rows.map((row) => ({
    ...row,
    assert: row.assert.map((item) => readValue(item, path)),
    vars: Object.fromEntries(
      Object.entries(row.vars as object).filter(([name]) => !fileVariables.has(`${path} ${name}`)),
    ),
  }));
  const texts = plain.map((row) => JSON.stringify(row));
  return path.endsWith('-glob') ? texts.toSorted() : plain.map((row) => JSON.parse(JSON.stringify(row)) as unknown);
}

/** Of these the result of promptfoo says the file, and Pawl what stands in it. */
const fileVariables = new Set([
  'promptfoo/valid/vars-file topic',
  'promptfoo/valid/vars-glob topic',
  'promptfoo/valid/vars-image picture',
]);

function readValue(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((item) => readValue(item, path));
  if (typeof value === 'string' && value.startsWith('file://') && !/\.[cm]?js(?::\w+)?$/.test(value)) {
    const text = Buffer.from(filesOf(path)[value.slice('file://'.length)]!).toString();
    return value.endsWith('.txt') ? text.trim() : parse(text);
  }
  if (typeof value === 'string') return withoutLayout(value);
  if (typeof value !== 'object' || value === null) return value;
  if ('kind' in value && value.kind === 'script-file') {
    const script = value as unknown as { file: string; export?: string };
    return `file://${script.file}${script.export === undefined ? '' : `:${script.export}`}`;
  }
  // An empty metric names no score.
  const entries = Object.entries(value).filter(([key, item]) => key !== 'metric' || item !== '');
  return Object.fromEntries(entries.map(([key, item]) => [key, readValue(item, path)]));
}

/** promptfoo writes JSON inside of texts anew. */
function withoutLayout(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
