// What is really served: a 200 on load proves nothing (an unchanged time is a silent no-op).
import type { ServingProof } from '@pawl/core';
import { readInferRequest, readInferResponse, readTensors, tensorDifferences } from '@pawl/wire';
import { ask, errorTextOf, jsonOf } from '../ask.ts';

interface Server {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly index: readonly { readonly version?: string; readonly state?: string; readonly reason?: string }[];
}

interface Subject {
  readonly name: string;
  readonly servedAs: string;
  readonly samples: readonly unknown[];
}

type Check = ServingProof['checks'][number];

/** The warm-up of a large model can take this long on its first request. */
const sampleTimeoutMs = 60_000;
const defaultTolerance = 1e-4;

/**
 * Index READY, the version's own readiness, the effective configuration, and every sample answered by that
 * version as expected. A sample is `{ inputs, outputs?, tolerance? }` with KServe v2 tensors.
 * @throws ServingError when the server does not answer at all
 */
export async function proveTriton(server: Server, subject: Subject): Promise<ServingProof> {
  const path = `/v2/models/${encodeURIComponent(subject.name)}/versions/${subject.servedAs}`;
  const entry = server.index.find(({ version }) => version === subject.servedAs);
  const checks: Check[] = [
    {
      name: 'listed as ready',
      ok: entry?.state === 'READY',
      detail: entry === undefined ? 'not in the repository index' : `${entry.state} ${entry.reason ?? ''}`.trim(),
    },
    await get(server, `${path}/ready`, 'answers that it is ready', () => undefined),
    await get(server, `${path}/config`, 'effective configuration', (body) => {
      const versions = (body as { version_policy?: { specific?: { versions?: (number | string)[] } } }).version_policy
        ?.specific?.versions;
      return versions?.map(String).includes(subject.servedAs) === true
        ? undefined
        : `its version policy does not name version ${subject.servedAs}`;
    }),
  ];
  for (const [index, sample] of subject.samples.entries()) {
    checks.push(await checkSample(server, subject, `${path}/infer`, { index, sample }));
  }
  return { ready: checks.every((check) => check.ok), checks };
}

async function get(
  server: Server,
  path: string,
  name: string,
  objection: (body: unknown) => string | undefined,
): Promise<Check> {
  const answer = await ask({ method: 'GET', url: server.base + path, headers: server.headers, timeoutMs: 10_000 });
  if (answer.status !== 200) return { name, ok: false, detail: errorTextOf(answer) };
  const said = objection(jsonOf(answer));
  return { name, ok: said === undefined, detail: said ?? 'yes' };
}

async function checkSample(
  server: Server,
  subject: Subject,
  path: string,
  { index, sample }: { index: number; sample: unknown },
): Promise<Check> {
  const name = `sample ${index + 1}`;
  const request = readInferRequest(sample);
  if (request === undefined)
    return { name, ok: false, detail: 'is no inference request: inputs with name, shape, datatype and data' };
  const answer = await ask({
    method: 'POST',
    url: server.base + path,
    body: { inputs: request.inputs },
    headers: server.headers,
    timeoutMs: sampleTimeoutMs,
  });
  if (answer.status !== 200) return { name, ok: false, detail: errorTextOf(answer) };
  const response = readInferResponse(jsonOf(answer));
  if (response === undefined) return { name, ok: false, detail: 'the answer is no inference response' };
  if (response.model_version !== subject.servedAs) {
    return { name, ok: false, detail: `version ${response.model_version ?? '?'} answered, not ${subject.servedAs}` };
  }
  const { outputs, tolerance } = sample as { outputs?: unknown; tolerance?: unknown };
  const expected = readTensors(outputs);
  if (expected === undefined) return { name, ok: true, detail: 'answered' };
  const differences = tensorDifferences(
    response.outputs,
    expected,
    typeof tolerance === 'number' ? tolerance : defaultTolerance,
  );
  return { name, ok: differences.length === 0, detail: differences[0] ?? 'answered as expected' };
}
