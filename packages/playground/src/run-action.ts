// Runs a built action as a runner would: inputs and context as environment variables, results as files.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface Job {
  /** Folder of the action, with its action.yml and dist. */
  readonly action: string;
  /** `with:` of the step. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Checked-out repository. */
  readonly workspace: string;
  readonly event: { readonly name: 'pull_request' | 'push'; readonly payload: unknown };
  readonly github: {
    readonly apiUrl: string;
    readonly token: string;
    readonly repository: string;
    readonly sha: string;
    readonly ref: string;
    readonly actor: string;
    readonly workflow: string;
    readonly runId: string;
    readonly job: string;
  };
  /** Folder for the runner's own files; one for a whole walk, so that the tool cache is shared. */
  readonly runnerFolder: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface JobResult {
  readonly exitCode: number;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly milliseconds: number;
}

export async function runAction(job: Job): Promise<JobResult> {
  const temp = await mkdtemp(join(job.runnerFolder, 'job-'));
  const file = (name: string) => join(temp, name);
  for (const name of ['output', 'summary', 'env', 'path', 'state']) await writeFile(file(name), '');
  await writeFile(file('event.json'), JSON.stringify(job.event.payload));
  await mkdir(file('temp'));
  const started = performance.now();
  const { exitCode, log } = await runNode(join(job.action, 'dist/index.mjs'), job.workspace, {
    ...isolatedEnvironment(),
    ...(await inputVariables(job)),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION_PATH: job.action,
    GITHUB_ACTOR: job.github.actor,
    GITHUB_API_URL: job.github.apiUrl,
    GITHUB_ENV: file('env'),
    GITHUB_EVENT_NAME: job.event.name,
    GITHUB_EVENT_PATH: file('event.json'),
    GITHUB_JOB: job.github.job,
    GITHUB_OUTPUT: file('output'),
    GITHUB_PATH: file('path'),
    GITHUB_REF: job.github.ref,
    GITHUB_REPOSITORY: job.github.repository,
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: job.github.runId,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: job.github.sha,
    GITHUB_STATE: file('state'),
    GITHUB_STEP_SUMMARY: file('summary'),
    GITHUB_WORKFLOW: job.github.workflow,
    GITHUB_WORKSPACE: job.workspace,
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: file('temp'),
    RUNNER_TOOL_CACHE: join(job.runnerFolder, 'tools'),
    ...job.env,
  });
  return {
    exitCode,
    log,
    outputs: parseOutputs(await readFile(file('output'), 'utf8')),
    summary: await readFile(file('summary'), 'utf8'),
    milliseconds: performance.now() - started,
  };
}

/** What a runner has of its machine, and nothing of the person who plays one: no identity, no hooks, no signing. */
function isolatedEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = process.env;
  return { PATH, HOME, LANG, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
}

/** Every input of action.yml, given or by default, with the few expressions that our defaults use. */
async function inputVariables(job: Job): Promise<Record<string, string>> {
  const manifest = parse(await readFile(join(job.action, 'action.yml'), 'utf8')) as {
    inputs?: Record<string, { default?: string | null }>;
  };
  const expressions: Record<string, string> = {
    '${{ github.token }}': job.github.token,
    '${{ toJSON(matrix) }}': 'null',
    '${{ strategy.job-index }}': '0',
  };
  const unknown = Object.keys(job.inputs).filter((name) => !(name in (manifest.inputs ?? {})));
  if (unknown.length > 0) throw new Error(`${job.action} has no input ${unknown.join(', ')}`);
  return Object.fromEntries(
    Object.entries(manifest.inputs ?? {}).map(([name, input]) => {
      const written = job.inputs[name] ?? String(input.default ?? '');
      return [`INPUT_${name.toUpperCase().replaceAll(' ', '_')}`, expressions[written] ?? written];
    }),
  );
}

function runNode(script: string, cwd: string, env: Record<string, string>): Promise<{ exitCode: number; log: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    child.stdout.on('data', (data) => (log += data));
    child.stderr.on('data', (data) => (log += data));
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 1, log }));
  });
}

/** The file a step writes its outputs to: `name=value`, or `name<<delimiter`, lines, `delimiter`. */
export function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const heredoc = /^([^=<]+)<<(.+)$/.exec(line);
    if (heredoc !== null) {
      const end = lines.indexOf(heredoc[2] ?? '', index + 1);
      outputs[heredoc[1] ?? ''] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else if (line.includes('=')) outputs[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
  }
  return outputs;
}
