// What the splitter adds to a request: the same small answers, asked for directly and through it, alternating.
// Model server and splitter are processes of their own, on loopback.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { splitterClient } from '@pawl/serving';
import { median, type BenchResult } from './result.ts';

const rate = 1000;

/** @returns the splitter's added median latency at 1,000 requests a second, and its 95th percentile beside the direct one */
export async function run({ short }: { readonly short: boolean }): Promise<readonly BenchResult[]> {
  const rounds = short ? 3 : 10;
  const requests = short ? 500 : 2000;
  await using model = await startProcess(modelServer);
  await using splitter = await startProcess(
    `import { serve } from ${JSON.stringify(import.meta.resolve('@pawl/serving'))}; await serve({ endWithStdin: true });`,
  );
  await splitterClient({ url: splitter.line['admin'] ?? '' }).set('m', {
    stable: { version: 'v1', endpoint: { url: model.line['listening'] ?? '', path: '/v2/models/m/versions/1/infer' } },
    canary: { version: 'v2', endpoint: { url: model.line['listening'] ?? '', path: '/v2/models/m/versions/2/infer' } },
    canaryWeight: 1000,
  });
  const direct = `${model.line['listening']}/v2/models/m/versions/1/infer`;
  const split = `${splitter.line['listening']}/v2/models/m/infer`;
  await latencies(direct, 200);
  await latencies(split, 200);
  const through: number[] = [];
  const without: number[] = [];
  for (let round = 0; round < rounds; round++) {
    without.push(...(await latencies(direct, requests)));
    through.push(...(await latencies(split, requests)));
  }
  const [ours, peer] = [median(through), median(without)];
  const single = { through: await oneByOne(split, requests), without: await oneByOne(direct, requests) };
  return [
    {
      name: 'splitter: added p50, one request at a time',
      value: median(single.through) - median(single.without),
      unit: 'ms',
      budget: '≤ 1 ms',
    },
    {
      name: `splitter: added p50 at ${rate} requests/s`,
      value: ours - peer,
      unit: 'ms',
      budget: '≤ 1 ms',
    },
    {
      name: `splitter: p95 at ${rate} requests/s`,
      value: quantile(through, 0.95),
      unit: 'ms',
      peer: { name: 'direct', value: quantile(without, 0.95) },
      ratio: quantile(through, 0.95) / quantile(without, 0.95),
    },
  ];
}

const modelServer = `
import { createServer } from 'node:http';
const body = JSON.stringify({ model_name: 'm', model_version: '1', outputs: [{ name: 'p', datatype: 'FP32', shape: [1], data: [0.5] }] });
const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(body));
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ listening: 'http://127.0.0.1:' + server.address().port })));
process.stdin.once('end', () => process.exit(0)).resume();
`;

interface Running extends AsyncDisposable {
  /** The line of JSON it printed when it listened. */
  readonly line: Readonly<Record<string, string>>;
}

async function startProcess(script: string): Promise<Running> {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  if (child.stdout === null) throw new Error('The process has no standard output.');
  const [text] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => Promise.reject(new Error('The process ended before it listened.'))),
  ])) as [string];
  return {
    line: JSON.parse(text) as Record<string, string>,
    [Symbol.asyncDispose]: async () => {
      child.stdin?.end();
      await exited;
    },
  };
}

/** Open loop: requests leave at their times, whether or not earlier ones came back. */
async function latencies(url: string, count: number): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const pending: Promise<number>[] = [];
  const started = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - started) / 1000) * rate) + 1);
    for (; sent < due; sent++) pending.push(latencyOf(url, agent));
    await delay(1);
  }
  const results = await Promise.all(pending);
  agent.destroy();
  return results;
}

/** Without a queue: what the splitter itself costs, also on a machine that is busy with other things. */
async function oneByOne(url: string, count: number): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true });
  const results: number[] = [];
  for (let sent = 0; sent < count; sent++) results.push(await latencyOf(url, agent));
  agent.destroy();
  return results;
}

const payload = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3], data: [0, 0, 0] }] });

function latencyOf(url: string, agent: Agent): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': payload.length };
    request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - started);
        else reject(new Error(`status ${response.statusCode}`));
      });
    })
      .once('error', reject)
      .end(payload);
  });
}

const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))] ?? Number.NaN;
