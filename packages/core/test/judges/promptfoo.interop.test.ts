// The same judge says the same things to the real promptfoo and to us: same pass, same score, but for what is named.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isScoreFailure, type ScorerWorld } from '@pawl/core/scorers';
import { beforeAll, describe, expect, test } from 'vitest';
import { assertion, request, scored } from './judge-world.ts';
import { canned, type Canned } from './promptfoo-replies.ts';

const home = process.env['PAWL_INTEROP_PROMPTFOO'];
if (home === undefined)
  console.warn('promptfoo interop is skipped: PAWL_INTEROP_PROMPTFOO names no folder with node_modules/promptfoo.');

const output = 'Paris is the capital and it is old.';

describe.runIf(home !== undefined)('promptfoo', () => {
  let theirs: readonly string[] = [];
  let ours: readonly string[] = [];
  beforeAll(async () => {
    await using judge = await cannedJudge();
    theirs = await promptfooResults(judge.baseUrl);
    judge.restart();
    const results: string[] = [];
    for (const [index, row] of canned.entries()) results.push(await ourResult(row, index, judge.baseUrl));
    ours = results;
    console.log(
      `${canned.length} replies, ${canned.filter((_, at) => theirs[at] === ours[at]).length} of equal result`,
    );
  });

  test.each(canned.map((row, index) => ({ ...row, index })))(
    '$type has the same result, but where a difference is named: $name',
    ({ index, differs }) => {
      if (differs === undefined) expect(ours[index]).toBe(theirs[index]);
      else
        expect({ promptfoo: theirs[index], pawl: ours[index] }).toEqual({
          promptfoo: differs.promptfoo,
          pawl: differs.pawl,
        });
    },
  );
});

const shown = (pass: boolean, score: number | null): string =>
  `${pass ? 'pass' : 'fail'} ${Number((score ?? Number.NaN).toFixed(9))}`;

/** Says to the model `judge-N` what row N has, call by call. */
async function cannedJudge() {
  const calls = new Map<string, number>();
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { model: string; input?: string | string[] };
      response.setHeader('content-type', 'application/json');
      if (incoming.url?.endsWith('/embeddings') === true) {
        const data = [body.input ?? '']
          .flat()
          .map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) }));
        response.end(
          JSON.stringify({ object: 'list', model: body.model, data, usage: { prompt_tokens: 1, total_tokens: 1 } }),
        );
        return;
      }
      const row = canned[Number(body.model.replace('judge-', ''))];
      const at = calls.get(body.model) ?? 0;
      calls.set(body.model, at + 1);
      const content = row?.replies[Math.min(at, row.replies.length - 1)] ?? '';
      const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
      const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
      response.end(
        JSON.stringify({ id: 'x', object: 'chat.completion', created: 0, model: body.model, choices, usage }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    restart: () => calls.clear(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Letters counted: texts that share letters are near. */
function vectorOf(text: string): readonly number[] {
  const counts = Array.from({ length: 26 }, () => 0);
  for (const char of text.toLowerCase()) {
    const at = char.charCodeAt(0) - 97;
    if (at >= 0 && at < 26) counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

async function promptfooResults(baseUrl: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-judges-'));
  try {
    const config = { apiBaseUrl: baseUrl, apiKey: 'none' };
    const suite = {
      prompts: [output],
      providers: ['echo'],
      tests: canned.map(({ type, value, threshold, config: own, vars = {}, options = {} }, index) => ({
        vars,
        options: {
          ...options,
          disableVarExpansion: true,
          provider: {
            text: { id: `openai:chat:judge-${index}`, config },
            embedding: { id: 'openai:embedding:letters', config },
          },
        },
        assert: [{ type, value, threshold, config: own }],
      })),
    };
    await writeFile(join(folder, 'suite.json'), JSON.stringify(suite));
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      PROMPTFOO_CONFIG_DIR: folder,
      PROMPTFOO_DISABLE_TELEMETRY: '1',
      PROMPTFOO_DISABLE_UPDATE: '1',
      PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
    };
    const program = join(home ?? '', 'node_modules/promptfoo/dist/src/entrypoint.js');
    const args = ['eval', '-c', 'suite.json', '-o', 'out.json', '--no-cache', '--no-write', '--no-table', '-j', '1'];
    const said = await new Promise<string>((resolve) => {
      execFile(process.execPath, [program, ...args], { cwd: folder, env, timeout: 280_000 }, (_, out, err) =>
        resolve(out + err),
      );
    });
    const written = await readFile(join(folder, 'out.json'), 'utf8').catch(() => expect.fail(said));
    const { results } = (JSON.parse(written) as { results: { results: readonly PeerRow[] } }).results;
    const byTest = new Map(results.map((row) => [row.testIdx, row]));
    return canned.map((_, index) => {
      const grade = byTest.get(index)?.gradingResult?.componentResults?.[0];
      return grade === undefined ? `error ${byTest.get(index)?.error ?? 'none'}` : shown(grade.pass, grade.score);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface PeerRow {
  readonly testIdx: number;
  readonly error?: string;
  readonly gradingResult?: {
    readonly componentResults?: readonly { readonly pass: boolean; readonly score: number }[];
  };
}

async function ourResult(
  { type, value, threshold, config, vars, options }: Canned,
  index: number,
  baseUrl: string,
): Promise<string> {
  const negated = type.startsWith('not-');
  const factuality = options?.['factuality'];
  const asked = assertion(negated ? type.slice('not-'.length) : type, {
    negated,
    ...(value !== undefined && { value }),
    ...(threshold !== undefined && { threshold }),
    config: { ...config, ...(factuality !== undefined && { factuality }) },
  });
  const result = await scored(
    request(asked, { text: output, prompt: output, vars: vars ?? {} }),
    worldAt(baseUrl, index),
  );
  return isScoreFailure(result) ? 'failure' : shown(result.pass, result.score);
}

function worldAt(baseUrl: string, index: number): ScorerWorld {
  const post = async (path: string, body: unknown) =>
    (await fetch(`${baseUrl}${path}`, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<
      Record<string, never>
    >;
  const model = `judge-${index}`;
  return {
    judge: async () => ({
      id: 'openai',
      model,
      complete: async ({ messages }) => {
        const { choices } = (await post('/chat/completions', { model, messages })) as {
          choices?: { message: { content: string } }[];
        };
        return { text: choices?.[0]?.message.content ?? '', reused: false };
      },
    }),
    embedder: async () => ({
      id: 'letters',
      embed: async (texts) => {
        const { data = [] } = (await post('/embeddings', { model: 'letters', input: texts })) as {
          data?: { embedding: number[] }[];
        };
        return { vectors: data.map(({ embedding }) => embedding) };
      },
    }),
  };
}
