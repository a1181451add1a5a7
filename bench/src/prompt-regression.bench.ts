// Prompt regression with models that cost nothing: what Pawl itself costs, in time and memory, beside promptfoo in the
// same run where PAWL_BENCH_PROMPTFOO names a folder that holds node_modules/promptfoo.
import { tmpdir } from 'node:os';
import { evalFolder } from './eval-folder.ts';
import { measure, type Measured } from './measured-process.ts';
import { evaluateSuite } from './prompt-regression-suite.ts';
import { median, type BenchResult } from './result.ts';
import { slowEndpoint } from './slow-endpoint.ts';

type Run = () => Promise<Measured>;

export async function run({ short }: { readonly short: boolean }): Promise<readonly BenchResult[]> {
  const home = short ? undefined : process.env['PAWL_BENCH_PROMPTFOO'];
  if (home === undefined)
    console.log('promptfoo is left out: PAWL_BENCH_PROMPTFOO names no folder, or --short is given.');
  return [
    ...(await start(short, home)),
    await inProcess(short),
    ...(await throughput(short ? 1000 : 5000, home)),
    await memory(short ? 2000 : 10_000, home),
    ...(await concurrency(short ? 160 : 3200, short ? 1 : 3)),
  ];
}

/** In turns, so that a change of the machine's speed meets all. */
async function inTurns(rounds: number, runs: readonly Run[]): Promise<readonly (readonly Measured[])[]> {
  const all: Measured[][] = runs.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, each] of runs.entries()) all[index]?.push(await each());
  return all;
}

const medians = (all: readonly (readonly Measured[])[], read: (measured: Measured) => number): readonly number[] =>
  all.map((measured) => median(measured.map(read)));

const wall = ({ wallMs }: Measured): number => wallMs;
const processor = ({ processorMs }: Measured): number => processorMs;

const peerRuns = (home: string | undefined, run: (home: string) => Promise<Measured>): readonly Run[] =>
  home === undefined ? [] : [() => run(home)];

const besides = (
  value: number,
  peer: number | undefined,
  ratio: (peer: number) => number = (theirs) => theirs / value,
): Pick<BenchResult, 'peer' | 'ratio'> =>
  peer === undefined ? {} : { peer: { name: 'promptfoo', value: peer }, ratio: ratio(peer) };

const nothing: Run = () => measure(['-e', '0'], { cwd: tmpdir() });

async function start(short: boolean, home: string | undefined): Promise<readonly BenchResult[]> {
  await using folder = await evalFolder(1);
  const runs = [nothing, () => folder.pawl(), ...peerRuns(home, folder.promptfoo)];
  const measured = await inTurns(short ? 3 : 9, runs);
  const [bare = NaN, ours = NaN, theirs] = medians(measured, wall);
  const [bareUsed = NaN, used = NaN, peerUsed] = medians(measured, processor);
  return [
    {
      name: `pawl eval with one case, over the ${bare.toFixed(0)} ms of bare node`,
      value: ours - bare,
      unit: 'ms',
      budget: '≤ 150 ms',
      ...besides(ours - bare, theirs === undefined ? undefined : theirs - bare),
    },
    {
      name: `the same in processor time, over the ${bareUsed.toFixed(0)} ms of bare node`,
      value: used - bareUsed,
      unit: 'ms',
      ...besides(used - bareUsed, peerUsed === undefined ? undefined : peerUsed - bareUsed),
    },
  ];
}

/** Reading, asking, scoring and judging, with no command around it. */
async function inProcess(short: boolean): Promise<BenchResult> {
  const cases = short ? 1000 : 5000;
  const times: number[] = [];
  // The first round warms the compiler up and is not counted.
  for (let round = 0; round < (short ? 4 : 6); round++) {
    const took = await evaluateSuite(cases);
    if (round > 0) times.push(took);
  }
  return {
    name: `processor time of a deterministic case, both versions, of ${cases}`,
    value: median(times) / cases,
    unit: 'µs',
    budget: '≤ 100 µs over the provider',
  };
}

/** The whole command with its echo provider; what it takes for one case is taken off. */
async function throughput(cases: number, home: string | undefined): Promise<readonly BenchResult[]> {
  await using one = await evalFolder(1);
  await using many = await evalFolder(cases);
  const runs = [
    () => one.pawl(),
    () => many.pawl(),
    ...peerRuns(home, one.promptfoo),
    ...peerRuns(home, many.promptfoo),
  ];
  const measured = await inTurns(3, runs);
  const perCase = (read: (measured: Measured) => number): readonly [number, number | undefined] => {
    const [few = NaN, all = NaN, theirFew, theirAll] = medians(measured, read);
    const peer = theirFew === undefined || theirAll === undefined ? undefined : (theirAll - theirFew) / cases;
    return [(all - few) / cases, peer];
  };
  const [used, peerUsed] = perCase(processor);
  const [took, peerTook] = perCase(wall);
  return [
    {
      name: `processor time of an echo case in pawl eval, of ${cases}`,
      value: used * 1000,
      unit: 'µs',
      budget: '≤ 100 µs',
      ...besides(used * 1000, peerUsed === undefined ? undefined : peerUsed * 1000),
    },
    {
      name: `echo cases a second, of ${cases} (more is better)`,
      value: 1000 / took,
      unit: '1/s',
      budget: '≥ 10 × promptfoo',
      ...besides(1000 / took, peerTook === undefined ? undefined : 1000 / peerTook, (theirs) => 1000 / took / theirs),
    },
  ];
}

async function memory(cases: number, home: string | undefined): Promise<BenchResult> {
  await using folder = await evalFolder(cases);
  const runs = [nothing, () => folder.pawl(), ...peerRuns(home, folder.promptfoo)];
  // More than one, as users have it: the first of all compiles what later ones find compiled.
  const [bare = NaN, ours = NaN, theirs] = medians(await inTurns(3, runs), (measured) => measured.memory / 1e6);
  return {
    name: `memory of pawl eval with ${cases} cases, ${bare.toFixed(0)} MB of it bare node`,
    value: ours,
    unit: 'MB',
    budget: '≤ 120 MB at 10k cases',
    ...besides(ours, theirs),
  };
}

/** The least that any client does: so many loops that ask and read. */
const bareFetch = `const [url, many, cases] = process.argv.slice(1);
let next = 0;
const loop = async () => {
  while (next++ < Number(cases)) await (await fetch(url + '/chat/completions', { method: 'POST', body: '{}' })).json();
};
await Promise.all(Array.from({ length: Number(many) }, loop));`;

/**
 * What the endpoint saw under way, of what it was allowed to see; beside bare fetch, since the machine has a share in it.
 * Once with the same latency each time, by which answers that met once come together for ever after, and once with one
 * that is spread as that of real endpoints is.
 */
async function concurrency(cases: number, turns: number): Promise<readonly BenchResult[]> {
  const allowed = 16;
  const shareOf = async (spreadMs: number, ask: (url: string) => Promise<unknown>): Promise<number> => {
    const endpoint = await slowEndpoint(50, { spreadMs });
    try {
      await ask(endpoint.url);
      const { requests, underWay } = endpoint.seen();
      if (requests !== cases) throw new Error(`the endpoint was asked ${requests} times for ${cases} cases`);
      return (100 * underWay) / allowed;
    } finally {
      await endpoint.close();
    }
  };
  const bare = (url: string): Promise<unknown> =>
    measure(['--input-type=module', '-e', bareFetch, url, String(allowed), String(cases)], { cwd: tmpdir() });
  const ours = async (url: string): Promise<unknown> => {
    const provider = { id: 'openai:chat:instant', config: { apiBaseUrl: url } };
    await using folder = await evalFolder(cases, provider, allowed);
    return await folder.pawl('--base-url', url, '--record', 'none');
  };
  const results: BenchResult[] = [];
  for (const spreadMs of [0, 10]) {
    const shares: { readonly bare: number; readonly ours: number }[] = [];
    for (let turn = 0; turn < turns; turn++)
      shares.push({ bare: await shareOf(spreadMs, bare), ours: await shareOf(spreadMs, ours) });
    const [share, peer] = [median(shares.map((each) => each.ours)), median(shares.map((each) => each.bare))];
    const latency = spreadMs === 0 ? '50 ms each' : `50 ± ${spreadMs} ms each`;
    results.push({
      name: `share of the ideal concurrency: ${allowed} at a time, ${latency}, ${cases} cases`,
      value: share,
      unit: '%',
      budget: '≥ 98 %',
      peer: { name: 'bare fetch', value: peer },
      ratio: share / peer,
    });
  }
  return results;
}
