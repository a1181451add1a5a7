// docs/workflows/pawl-retrain.yml, step by step as a runner would take them, on the playground's repository with the
// built command. GitHub's own command is a script that writes down what it was asked.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { temporaryFolder } from '@pawl/testkit/git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildRepository, type Playground } from '../src/build-repository.ts';
import { git } from '../src/git.ts';
import { material, projectRoot } from '../src/material.ts';

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly env: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

const pawl = join(projectRoot, 'packages/cli/bin/pawl.mjs');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let playground: Playground;
let job: Job;

beforeAll(async () => {
  if (!existsSync(join(projectRoot, 'packages/cli/dist/pawl.mjs')))
    throw new Error('The command is not built. "npm test" builds it, and so does "npx turbo run build".');
  folder = await temporaryFolder('pawl-retrain');
  const nowhere = 'http://127.0.0.1:9';
  playground = await buildRepository(join(folder.path, 'walk'), {
    tritonUrl: nowhere,
    modelRepository: folder.path,
    adminUrl: nowhere,
    vllmUrl: nowhere,
    adapters: folder.path,
  });
  const text = await readFile(join(projectRoot, 'docs/workflows/pawl-retrain.yml'), 'utf8');
  job = (parse(text) as { jobs: { retrain: Job } }).jobs.retrain;
}, 60_000);
afterAll(() => folder[Symbol.asyncDispose]());

/** @param model what the training leaves behind */
async function retrain(name: string, model: string, number: number) {
  const clone = join(folder.path, name);
  const tools = join(folder.path, `${name}-tools`);
  await git(folder.path, ['clone', '--quiet', playground.origin, clone]);
  await mkdir(tools);
  await writeFile(join(tools, 'gh'), `#!/bin/sh\nprintf '%s\\n' "$@" > "${tools}/asked"\n`);
  await chmod(join(tools, 'gh'), 0o755);
  await cp(join(material, `models/flight-delay/${model}.onnx`), join(folder.path, `${name}.onnx`));
  await writeFile(
    join(clone, 'train.sh'),
    `#!/bin/sh\ncp "${folder.path}/${name}.onnx" models/flight-delay/model.onnx\n`,
  );
  await chmod(join(clone, 'train.sh'), 0o755);
  const outputs = new Map<string, string>();
  const fill = (text: string): string =>
    text.replaceAll(/\$\{\{ *(.+?) *\}\}/g, (_, expression: string) => valueOf(expression, number));
  const files = {
    GITHUB_OUTPUT: join(tools, 'output'),
    GITHUB_STEP_SUMMARY: join(tools, 'summary'),
    RUNNER_TEMP: tools,
  };
  await writeFile(files.GITHUB_STEP_SUMMARY, '');
  for (const step of job.steps) {
    if (step.run === undefined || !holds(step.if, outputs)) continue;
    await writeFile(files.GITHUB_OUTPUT, '');
    const asked = Object.entries({ ...job.env, ...step.env }).map(([key, value]) => [key, fill(value)] as const);
    const env = {
      ...Object.fromEntries(asked),
      ...files,
      PAWL: pawl,
      PATH: [tools, process.env['PATH']].join(delimiter),
      HOME: tools,
      GIT_CONFIG_NOSYSTEM: '1',
    };
    const { code, said } = await bash(step.run, { cwd: clone, env });
    if (code !== 0) return { code, said, outputs };
    for (const line of (await readFile(files.GITHUB_OUTPUT, 'utf8')).split('\n').filter(Boolean))
      outputs.set(`steps.${step.id}.outputs.${line.split('=')[0]}`, line.split('=').slice(1).join('='));
  }
  const read = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);
  return { code: 0, outputs, asked: await read(join(tools, 'asked')), summary: await read(files.GITHUB_STEP_SUMMARY) };
}

function valueOf(expression: string, number: number): string {
  if (expression === 'github.run_number') return String(number);
  if (expression === 'github.event.repository.default_branch') return 'main';
  return '';
}

/** Of conditions the workflow has one kind: `steps.ID.outputs.NAME == 'true'`. */
function holds(condition: string | undefined, outputs: ReadonlyMap<string, string>): boolean {
  if (condition === undefined) return true;
  const [, name, value] = /^(steps\.\w+\.outputs\.\w+) == '(\w+)'$/.exec(condition) ?? [];
  if (name === undefined) throw new Error(`another kind of condition: ${condition}`);
  return outputs.get(name) === value;
}

/** As a runner does: `bash -e`, with pipes that fail. */
const bash = (script: string, options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }) =>
  new Promise<{ code: number; said: string }>((resolve) => {
    execFile('bash', ['-eo', 'pipefail', '-c', script], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout + stderr }),
    );
  });

const tags = async (): Promise<string[]> =>
  (await git(playground.origin, ['tag', '--list', 'flight-delay*'])).split('\n').filter((tag) => tag.includes('@'));

test('a better model comes as a pull request with its version, its card and the evidence', async () => {
  const done = await retrain('better', 'good', 1);
  expect(done, done.said).toMatchObject({ code: 0 });
  expect(done.asked?.split('\n').slice(0, 8)).toEqual([
    'pr',
    'create',
    '--base',
    'main',
    '--head',
    'retrain/flight-delay-1',
    '--title',
    'Train flight-delay again',
  ]);
  const body = await readFile(join(folder.path, 'better-tools/gate.md'), 'utf8');
  expect(body).toContain('log-loss');
  expect(done.summary).toContain(body.split('\n')[0]);
  const changed = await git(playground.origin, ['diff', '--name-only', 'main', 'retrain/flight-delay-1']);
  expect(changed.split('\n')).toEqual(['models/flight-delay/README.md', 'models/flight-delay/model.onnx']);
  expect(await tags()).toContain('flight-delay@v1.0.1');
}, 60_000);

test('a worse model is registered and judged, and nobody is asked anything', async () => {
  const done = await retrain('worse', 'bad', 2);
  expect(done, done.said).toMatchObject({ code: 0, asked: undefined });
  expect(done.summary).toContain('fail');
  expect(await git(playground.origin, ['branch', '--list', 'retrain/flight-delay-2'])).toBe('');
}, 60_000);

test('a training that changes nothing ends there', async () => {
  const done = await retrain('same', 'production', 3);
  expect(done).toMatchObject({ code: 0, asked: undefined, summary: 'The training changed nothing.\n' });
}, 60_000);
