// The real promptfoo and `pawl eval --format promptfoo` on the same configs: each row's variables, prompt, verdict,
// score and named scores, and the exit code. What is meant to differ stands in promptfoo/differences.yaml.
// Needs a folder that holds node_modules/promptfoo: PAWL_INTEROP_PROMPTFOO=/path/to/folder.
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';
import { configFile, configs, differences, pythonConfigs, pythonDifferences } from './promptfoo/configs.ts';

const home = process.env['PAWL_INTEROP_PROMPTFOO'];
if (home === undefined)
  console.warn('promptfoo interop is skipped: PAWL_INTEROP_PROMPTFOO names no folder with node_modules/promptfoo.');

const run = promisify(execFile);

type Json = Readonly<Record<string, unknown>>;

interface Row extends Json {
  readonly testIdx: number;
  readonly promptIdx: number;
  readonly success: boolean;
  readonly score: number;
  readonly prompt: { readonly raw: string };
  readonly vars: Json;
  readonly namedScores: Readonly<Record<string, number>>;
  readonly failureReason: number;
}

interface Told {
  readonly code: number;
  /** Why there are no rows. */
  readonly said: string;
  readonly output?: {
    readonly results: Json & { readonly results: readonly Row[]; readonly prompts: readonly Json[] };
  };
}

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn('Configs with Python are skipped: python3 is not installed.');
const compared = hasPython ? [...configs, ...pythonConfigs] : configs;
const different = hasPython ? [...differences, ...pythonDifferences] : differences;
const all = [...compared, ...different];
const place = new Map(all.map(({ name }, index) => [name, `c${index}`]));
const peers = new Map<string, Told>();
let root = '';

describe.runIf(home !== undefined)('promptfoo', () => {
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'pawl-promptfoo-'));
    await run('git', ['init', '--quiet', root]);
    for (const { name, files } of all)
      for (const [path, text] of Object.entries(files)) {
        const file = join(root, folderOf(name), path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    await runPromptfoo();
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  test('at least 150 configs are compared', () => {
    expect(configs.length).toBeGreaterThanOrEqual(150);
    expect(place.size).toBe(all.length);
  });

  test.each(compared)('$name: the same rows and exit code', async ({ name }) => {
    const theirs = peers.get(name)!;
    const ours = await runPawl(name);

    expect(comparable(ours), ours.said).toEqual(comparable(theirs));
  });

  test.each(different)('$name: $why', async ({ name, code, problems, rows, promptfoo }) => {
    const theirs = peers.get(name)!;
    const ours = await runPawl(name);

    expect({
      code: theirs.code,
      passed: theirs.output?.results.results.filter(({ success }) => success).length ?? 0,
    }).toEqual(promptfoo);
    expect(ours.code).toBe(code);
    for (const problem of problems ?? []) expect(ours.said).toContain(problem);
    if (rows !== undefined) expect(sorted(ours)).toMatchObject(rows);
  });

  test('a row and a column have all keys that scripts read', async () => {
    const theirs = peers.get('metrics')!.output!.results;
    const ours = (await runPawl('metrics')).output!.results;

    expect(keysOf(ours)).toEqual(expect.arrayContaining(keysOf(theirs)));
    expect(keysOf(ours.prompts[0]!)).toEqual(expect.arrayContaining(keysOf(theirs.prompts[0]!)));
    expect(keysOf(ours.results[0]!)).toEqual(expect.arrayContaining(keysOf(theirs.results[0]!)));
    for (const key of ['gradingResult', 'prompt', 'provider', 'response', 'testCase', 'tokenUsage'] as const)
      expect(keysOf(ours.results[0]![key] as Json), key).toEqual(
        expect.arrayContaining(keysOf(theirs.results[0]![key] as Json).filter((each) => !notCounted.has(each))),
      );
  });
});

/** Members of `tokenUsage`: tokens of judges and of reasoning are not counted apart. */
const notCounted: ReadonlySet<string> = new Set(['assertions', 'completionDetails']);

const folderOf = (name: string): string => place.get(name) ?? '';

async function runPromptfoo(): Promise<void> {
  const script = fileURLToPath(new URL('promptfoo/peer.mjs', import.meta.url));
  const folders = all.map(({ name }) => join(root, folderOf(name)));
  await run(process.execPath, [script, home ?? '', ...folders], {
    env: {
      PATH: process.env['PATH'],
      HOME: root,
      PAWL_FAKE_SECRET: 'hunter2',
      PROMPTFOO_CONFIG_DIR: join(root, 'promptfoo'),
      PROMPTFOO_DISABLE_TELEMETRY: '1',
      PROMPTFOO_DISABLE_UPDATE: '1',
      PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
      LOG_LEVEL: 'error',
    },
    maxBuffer: 1e8,
  });
  const exits = JSON.parse(await readFile(join(root, 'exit.json'), 'utf8')) as Record<
    string,
    { readonly code: number; readonly failure?: string }
  >;
  for (const { name } of all) {
    const folder = join(root, folderOf(name));
    const { code, failure = '' } = exits[folder]!;
    const text = await readFile(join(folder, 'out.json'), 'utf8').catch(() => undefined);
    peers.set(name, {
      code,
      said: failure,
      ...(text !== undefined && { output: JSON.parse(text) as Told['output'] & {} }),
    });
  }
}

async function runPawl(name: string): Promise<Told> {
  const folder = {
    path: root,
    environment: { HOME: root, PATH: process.env['PATH'] ?? '', PAWL_FAKE_SECRET: 'hunter2' },
  };
  const config = `${folderOf(name)}/${configFile}`;
  const asked = ['--format', 'promptfoo', '--no-store', '--json', '--allow-python'];
  const { code, out, err } = await pawlIn(folder, 'eval', config, ...asked);
  const told = JSON.parse(out) as Told['output'] & {};
  return 'evalId' in told ? { code, said: err, output: told } : { code, said: `${out}${err}` };
}

const sorted = ({ output }: Told): readonly Row[] =>
  (output?.results.results ?? []).toSorted((a, b) => a.testIdx - b.testIdx || a.promptIdx - b.promptIdx);

function comparable(told: Told): unknown {
  return {
    code: told.code,
    rows: sorted(told).map(({ vars, prompt, success, score, namedScores, failureReason, promptIdx, testIdx }) => ({
      vars,
      prompt: prompt.raw,
      success,
      score: round(score),
      named: Object.fromEntries(Object.entries(namedScores).map(([key, value]) => [key, round(value)])),
      failureReason,
      promptIdx,
      testIdx,
    })),
  };
}

const round = (value: number): number => Math.round(value * 1e9) / 1e9;

const keysOf = (value: Json): string[] => Object.keys(value).toSorted();
