// A model behind KServe's Open Inference Protocol (v2) as one that can be scored: metadata says what it takes, rows go
// out in batches of JSON tensors, and an answer that is short, broken or of another version is no answer.
import { ModelError, type ModelColumns, type ModelScores, type ModelSignature, type ScoredModel } from '@pawl/core';
import { HttpError, readInferResponse, sendHttp, type HttpReply, type Tensor } from '@pawl/wire';
import { chooseOutput, type ChosenOutput } from './kserve-output.ts';
import { inputOf, tensorOf, type InputTensor } from './kserve-tensors.ts';

export interface KserveModelOptions {
  /** `http://host:8000/v2/models/NAME`, with `/versions/N` where one is meant. */
  readonly url: string;
  /** Sent as bearer token, and never shown. */
  readonly token?: string;
  readonly timeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Rows in one request, at most; a server that says it takes fewer is sent fewer. */
  readonly batchRows: number;
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** @throws ModelError when the model cannot be reached, or has inputs or outputs that the gate cannot use */
export async function openKserveModel(options: KserveModelOptions): Promise<ScoredModel> {
  const server = serverOf(options);
  const metadata = await server.get('');
  const inputs = listOf(metadata, 'inputs').map((tensor) => inputOf(tensor, server.problem));
  if (inputs.length === 0)
    throw server.problem('MODEL_INPUT', 'names no inputs', 'Check the address: it must be a model.');
  const output = chooseOutput(listOf(metadata, 'outputs'), server.problem);
  const signature: ModelSignature = {
    inputs,
    outputs: listOf(metadata, 'outputs').map((tensor) => String(tensor['name'])),
  };
  const most = await server.largestBatch();
  const batchRows = Math.max(1, Math.min(options.batchRows, most ?? options.batchRows));
  return {
    signature,
    score: (columns, rows, progress) => scoreAll({ server, inputs, output, batchRows, progress }, columns, rows),
    close: async () => {},
  };
}

interface Scoring {
  readonly server: Server;
  readonly inputs: readonly InputTensor[];
  readonly output: ChosenOutput;
  readonly batchRows: number;
  readonly progress: ((rows: number) => void) | undefined;
}

async function scoreAll(scoring: Scoring, columns: ModelColumns, rows: number): Promise<ModelScores> {
  const { server, inputs, output, batchRows, progress } = scoring;
  const labels: string[] = [];
  let values = new Float64Array(0);
  let width = 0;
  let version: string | undefined;
  for (let from = 0; from < rows; from += batchRows) {
    const count = Math.min(batchRows, rows - from);
    const batch = { from, count, rows };
    const tensors = inputs.map((input) => tensorOf(input, columns[input.name], batch, server.problem));
    const answer = await server.infer(tensors, output.name, count);
    version ??= answer.version;
    if (answer.version !== version) {
      const said = `answered with version ${answer.version ?? '?'} after version ${version ?? '?'}`;
      throw server.problem('MODEL_RUN_FAILED', said, 'Name one in the address: …/versions/N.');
    }
    if (output.kind === 'labels') labels.push(...answer.tensor.data.map(String));
    else {
      if (from === 0) [width, values] = [answer.width, new Float64Array(rows * answer.width)];
      if (answer.width !== width)
        throw server.problem('MODEL_OUTPUT', 'changed the width of its answers', 'Ask it again.');
      values.set(server.numbers(answer.tensor), from * width);
    }
    progress?.(from + count);
  }
  if (output.kind === 'labels') return { probabilities: new Float64Array(0), classes: 0, labels };
  if (width !== 1) return { probabilities: values, classes: width };
  // One column is the positive class's probability, and the other class has the rest; or it is a number.
  const probabilities = Float64Array.from({ length: rows * 2 }, (_, index) => {
    const value = values[index >> 1]!;
    return index % 2 === 1 ? value : 1 - value;
  });
  return { probabilities, classes: 2, ...(!output.isProbability && { values }) };
}

interface Answered {
  readonly tensor: Tensor;
  /** Values in one row. */
  readonly width: number;
  readonly version: string | undefined;
}

interface Server {
  get(path: string): Promise<Record<string, unknown>>;
  /** What Triton says of its batches; undefined on servers that do not. */
  largestBatch(): Promise<number | undefined>;
  infer(inputs: readonly Tensor[], output: string, rows: number): Promise<Answered>;
  numbers(tensor: Tensor): Float64Array;
  problem(code: string, said: string, hint: string): ModelError;
}

function serverOf({ url, token, timeoutMs, retries, sleep }: KserveModelOptions): Server {
  const secrets = token === undefined ? [] : [token];
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const http = {
    timeoutMs,
    longestWaitMs: 10_000,
    maximumBytes: 256_000_000,
    secrets,
    ...(sleep !== undefined && { sleep }),
  };
  const problem = (code: string, said: string, hint: string): ModelError =>
    new ModelError(code, `${url} ${said}.`.replace(/\.\.$/, '.'), { file: url, hint });
  const send = async (path: string, body?: object): Promise<HttpReply> => {
    try {
      const method = body === undefined ? 'GET' : 'POST';
      const request = {
        method,
        url: url + path,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      } as const;
      return await sendHttp(request, { ...http, retries });
    } catch (error) {
      if (error instanceof HttpError)
        throw problem('MODEL_RUN_FAILED', `was not answered: ${saidBy(error)}`, hintFor(error));
      throw error;
    }
  };
  const get = async (path: string): Promise<Record<string, unknown>> => {
    const value = parsed((await send(path)).text);
    if (isRecord(value)) return value;
    throw problem('MODEL_OUTPUT', 'answered with something that is no JSON', 'Check the address.');
  };
  return {
    get,
    largestBatch: async () => {
      try {
        const reply = await sendHttp({ method: 'GET', url: `${url}/config`, headers }, { ...http, retries: 0 });
        const most = (parsed(reply.text) as { max_batch_size?: unknown } | undefined)?.max_batch_size;
        return typeof most === 'number' && most > 0 ? most : undefined;
      } catch (error) {
        if (error instanceof HttpError) return undefined;
        throw error;
      }
    },
    infer: async (inputs, output, rows) => {
      const reply = await send('/infer', { inputs, outputs: [{ name: output }] });
      const answer = readInferResponse(parsed(reply.text));
      const broken = (said: string): ModelError =>
        problem(
          'MODEL_OUTPUT',
          said,
          'A model that answers so cannot be judged; look at its inputs for missing values.',
        );
      if (answer === undefined) throw broken('answered with tensors that are not whole, or hold no numbers');
      const tensor = answer.outputs.find(({ name }) => name === output);
      if (tensor === undefined) throw broken(`answered without "${output}"`);
      const width = tensor.data.length / rows;
      if (tensor.shape[0] !== rows || !Number.isInteger(width) || width < 1)
        throw broken(`answered ${rows} rows with the shape [${tensor.shape.join(', ')}]`);
      return { tensor, width, version: answer.model_version };
    },
    numbers: ({ name, data }) =>
      Float64Array.from(data, (value) => {
        if (typeof value === 'number') return value;
        throw problem('MODEL_OUTPUT', `answered with ${typeof value}s in "${name}"`, 'It must give numbers.');
      }),
    problem,
  };
}

function hintFor({ kind, status }: HttpError): string {
  if (kind === 'url') return 'Correct the address of the model.';
  if (kind === 'certificate') return 'Name a file with the certificate of its authority in NODE_EXTRA_CA_CERTS.';
  if (kind === 'timeout') return 'Raise `endpoint.timeout` in the policy, or lower `endpoint.batch-rows`.';
  if (status === 401 || status === 403) return 'Name the environment variable with its key: `endpoint.api-key-env`.';
  if (status === 404) return 'Check the name, and that the server has loaded the model.';
  if (status !== undefined && status < 500)
    return 'Compare its inputs with the columns that `data.features` maps to them.';
  return 'Look at the server, and try again.';
}

const saidBy = ({ message, body }: HttpError): string => {
  const value = parsed(body);
  const said = isRecord(value) && typeof value['error'] === 'string' ? value['error'] : body;
  return said === '' ? message : `${message}: ${said.replace(/\s+/g, ' ').slice(0, 200)}`;
};

const listOf = (metadata: Record<string, unknown>, name: string): readonly Record<string, unknown>[] => {
  const list = metadata[name];
  return Array.isArray(list) ? list.filter(isRecord) : [];
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
