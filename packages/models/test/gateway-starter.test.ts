// A gateway as a process: started when it is needed, with what it is given and nothing else, and gone at the end.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { GatewayRequest, ModelFailure, Workspace } from '@pawl/core';
import { fakeWorkspace } from '@pawl/core/testing';
import { gatewayStarter, openAiProvider, type GatewayStarterOptions } from '@pawl/models';
import { reservePort } from '../src/reserved-port.ts';

/** Answers with its configuration, its place and its environment; told to, it fails, hangs, or has a child. */
const gateway = `
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
const [config, port] = process.argv.slice(2);
const text = readFileSync(config, 'utf8');
if (text.includes('broken')) {
  console.error('reading ' + config);
  console.error('no model_list; key is ' + process.env.LITELLM_MASTER_KEY + ', upstream ' + process.env.UPSTREAM);
  process.exit(3);
}
const serve = "require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port); })";
const child = text.includes('family') ? spawn(process.execPath, ['-e', serve]) : undefined;
const childPort = child && await new Promise((resolve) => child.stdout.once('data', (data) => resolve(Number(data))));
const daemon = text.includes('daemon')
  ? spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { detached: true, stdio: 'inherit' }).pid
  : undefined;
if (text.includes('robbed')) {
  const answer = JSON.stringify({ choices: [{ message: { content: '{}' } }] });
  const thief = "require('http').createServer((_, response) => response.setHeader('content-type', 'application/json').end(process.argv[2])).listen(Number(process.argv[1]), '127.0.0.1', () => console.log('there'))";
  const other = spawn(process.execPath, ['-e', thief, port, answer], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => other.stdout.once('data', resolve));
  await new Promise((resolve) => setTimeout(resolve, 600));
}
if (text.includes('deaf')) setInterval(() => {}, 1000);
else createServer((request, response) => {
  if (request.url === '/health/liveliness') return response.end('alive');
  const content = JSON.stringify({ text, cwd: process.cwd(), env: process.env, childPort, daemon, authorization: request.headers.authorization });
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ choices: [{ message: { content } }] }));
}).listen(Number(port), '127.0.0.1');
`;

interface Said {
  readonly text: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly authorization: string;
  readonly childPort?: number;
  readonly daemon?: number;
}

async function folderWith(config: string) {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-gateway-test-'));
  await mkdir(join(folder, 'gateway'));
  await writeFile(join(folder, 'gateway.mjs'), gateway);
  await writeFile(join(folder, 'gateway', 'litellm.yaml'), config);
  const workspace: Workspace = { ...fakeWorkspace({}), resolve: async (path) => join(folder, path) };
  return {
    folder,
    workspace,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const environment = (name: string): string | undefined =>
  ({ PATH: process.env['PATH'], UPSTREAM: 'upstream-secret', OTHER: 'other-secret' })[name];

async function open(
  { folder, workspace }: { readonly folder: string; readonly workspace: Workspace },
  request: Partial<GatewayRequest> = {},
  options: Partial<GatewayStarterOptions> = {},
) {
  const starter = gatewayStarter({ workspace, environment, ...options });
  const command = `'${process.execPath}' '${join(folder, 'gateway.mjs')}' {config} {port}`;
  const opened = await starter.open({ command, config: 'gateway/litellm.yaml', env: ['UPSTREAM'], ...request });
  if (opened.value === undefined) throw new Error(JSON.stringify(opened.problems));
  const { value } = opened;
  const apiKey = value.apiKeyEnv === undefined ? undefined : starter.environment(value.apiKeyEnv);
  const ask = async (): Promise<Said | ModelFailure> => {
    const provider = openAiProvider({ baseUrl: value.baseUrl, retries: 0, ...(apiKey !== undefined && { apiKey }) });
    const reply = await provider.complete({
      model: 'm',
      messages: [{ role: 'user', content: 'x' }],
      parameters: {},
      repeat: 0,
    });
    return 'failure' in reply ? reply : (JSON.parse(reply.text) as Said);
  };
  return { ...value, apiKey, ask };
}

function answered(said: Said | ModelFailure): Said {
  if ('failure' in said) throw new Error(said.failure);
  return said;
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.unref();
  });

test('it is given its configuration, a key of its own and the variables that are named', async () => {
  await using files = await folderWith('model_list: []');
  const started = await open(files);
  const before = await started.ask();
  const ready = await started.ready();
  const said = answered(await started.ask());
  await started.close();

  expect(before).toHaveProperty('failure');
  expect(ready).toBeUndefined();
  expect(said).toMatchObject({ text: 'model_list: []', authorization: `Bearer ${started.apiKey}` });
  expect(said.cwd).toMatch(/gateway$/);
  expect(said.env).toMatchObject({ UPSTREAM: 'upstream-secret', LITELLM_MASTER_KEY: started.apiKey });
  expect(said.env).not.toHaveProperty('OTHER');
  expect(await started.ask()).toHaveProperty('failure');
});

test("the baseline's files are laid out as they were, and taken away", async () => {
  await using files = await folderWith('model_list: []');
  const bytes = (text: string) => new TextEncoder().encode(text);
  const started = await open(files, {
    files: new Map([
      ['gateway/litellm.yaml', bytes('old: true')],
      ['gateway/hooks.py', bytes('')],
    ]),
  });
  await started.ready();
  const said = answered(await started.ask());
  const there = existsSync(join(said.cwd, 'hooks.py'));
  await started.close();

  expect(said.text).toBe('old: true');
  expect(there).toBe(true);
  expect(existsSync(said.cwd)).toBe(false);
});

test('it ends with what it started', async () => {
  await using files = await folderWith('family');
  const started = await open(files);
  await started.ready();
  const { childPort = 0 } = answered(await started.ask());
  const lived = await listens(childPort);
  await started.close();

  expect(lived).toBe(true);
  await vi.waitUntil(async () => !(await listens(childPort)), { timeout: 5000 });
});

/** Starts the gateway, says where it is, and waits for its own end. */
const waiting = `
const { gatewayStarter } = await import(process.argv[1]);
const [, , command, config] = process.argv;
const { open } = gatewayStarter({ workspace: { resolve: async () => config }, environment: (name) => process.env[name] });
const { value } = await open({ command, config, env: [] });
await value.ready();
console.log(new URL(value.baseUrl).port);
setInterval(() => {}, 1000);
`;

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('it ends with whoever started it, by %s too', async (signal) => {
  await using files = await folderWith('model_list: []');
  const module = new URL('../src/gateway-starter.ts', import.meta.url).href;
  const command = `'${process.execPath}' '${join(files.folder, 'gateway.mjs')}' {config} {port}`;
  const config = join(files.folder, 'gateway', 'litellm.yaml');
  const child = spawn(process.execPath, ['--input-type=module', '-e', waiting, module, command, config]);
  const port = await new Promise<number>((resolve) => child.stdout.once('data', (data) => resolve(Number(data))));
  const lived = await listens(port);
  child.kill(signal);
  const ended = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)));
  await vi.waitUntil(async () => !(await listens(port)), { timeout: 5000 });

  expect(lived).toBe(true);
  expect(ended).toBe(signal);
});

test('a daemon that it leaves behind does not hold up the end', async () => {
  await using files = await folderWith('daemon');
  const started = await open(files);
  await started.ready();
  const { daemon = 0 } = answered(await started.ask());
  await started.close();

  // It is still there, so that nothing but the gateway's own end was waited for.
  expect(process.kill(daemon, 'SIGKILL')).toBe(true);
});

test('why it does not run is told without its secrets', async () => {
  await using files = await folderWith('broken');
  const started = await open(files);
  const failure = await started.ready();
  await started.close();

  expect(failure?.failure).toMatch(/^the gateway ended with 3: .*no model_list; key is \*\*\*, upstream \*\*\*$/);
});

test('one that does not answer in its time, and one that is no program, are failures', async () => {
  await using files = await folderWith('deaf');
  const deaf = await open(files, {}, { startMs: 500 });
  const late = await deaf.ready();
  await deaf.close();
  const nobody = await open(files, { command: 'pawl-no-such-program {config} {port}' });
  const missing = await nobody.ready();
  await nobody.close();

  expect(late?.failure).toMatch(/did not answer within 0\.5 s$/);
  expect(missing?.failure).toMatch(/^the gateway cannot be started: /);
});

test('a fork starts none, and a command needs its placeholders', async () => {
  await using files = await folderWith('model_list: []');
  const codes = async (options: Partial<GatewayStarterOptions>, request: Partial<GatewayRequest>) => {
    const { open: opened } = gatewayStarter({ workspace: files.workspace, environment, ...options });
    const read = await opened({ command: 'x {config} {port}', config: 'gateway/litellm.yaml', env: [], ...request });
    return read.problems.map(({ code }) => code);
  };

  expect(await codes({ trust: 'fork' }, {})).toEqual(['GATEWAY_FORK']);
  expect(await codes({}, { command: 'litellm --config {config}' })).toEqual(['INPUT_INVALID']);
  expect(await codes({}, { env: ['NOT_SET'] })).toEqual(['ENV_MISSING']);
});

test('ports of gateways that wait for their start are their own, and no other program is given them', async () => {
  await using files = await folderWith('model_list: []');
  const opened = await Promise.all(Array.from({ length: 40 }, () => open(files)));
  const ports = opened.map(({ baseUrl }) => Number(new URL(baseUrl).port));
  const taken = createServer();
  const refused = await new Promise<string | undefined>((resolve) => {
    taken.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    taken.listen({ port: ports[0], host: '127.0.0.1', exclusive: true }, () => resolve(undefined));
  });
  await Promise.all(opened.map((each) => each.close()));

  expect(new Set(ports).size).toBe(40);
  // What systems hand out by themselves lies above.
  expect(ports.every((port) => port >= 20_000 && port < 30_000)).toBe(true);
  expect(refused).toBe('EADDRINUSE');
});

test('a port stays its gateway’s while that has not opened it yet, also before another run', async () => {
  const one = await reservePort();
  await one.handOver();
  const drawn = await Promise.all(Array.from({ length: 200 }, () => reservePort()));
  const others = drawn.map(({ port }) => port);
  await Promise.all([one, ...drawn].map((each) => each.release()));

  expect(others).not.toContain(one.port);
  expect(new Set(others).size).toBe(200);
});

test('another program that took the port meanwhile is not believed', async () => {
  await using files = await folderWith('robbed');
  const starter = gatewayStarter({ workspace: files.workspace, environment });
  const command = `'${process.execPath}' '${join(files.folder, 'gateway.mjs')}' {config} {port}`;
  const opened = await starter.open({ command, config: 'gateway/litellm.yaml', env: [] });
  const gateway = opened.value;
  if (gateway === undefined) throw new Error(JSON.stringify(opened.problems));
  const first = await gateway.ready();
  // It answered as a gateway would; the real one has found its port taken since.
  await vi.waitUntil(async () => (await gateway.ready()) !== undefined, { timeout: 5000 });
  const failure = await gateway.ready();
  await gateway.close();

  expect(first).toBeUndefined();
  expect(failure?.failure).toMatch(/^the gateway ended with 1: /);
  expect(failure?.hint).toBe('Another program took its port while it started: run it again.');
});

test('one that is told its configuration with every request needs a port alone, and is given no key', async () => {
  await using files = await folderWith('model_list: []');
  const config = join(files.folder, 'gateway/litellm.yaml');
  const command = `'${process.execPath}' '${join(files.folder, 'gateway.mjs')}' '${config}' {port}`;
  const started = await open(files, { command, perRequest: true });
  await started.ready();
  const said = answered(await started.ask());
  await started.close();

  expect(started.apiKeyEnv).toBeUndefined();
  expect(said.env).not.toHaveProperty('LITELLM_MASTER_KEY');
});
