// Gateways under test: each is started with one configuration when the first answer is needed. A configuration can name
// code, and the command is one, so the run of a fork starts none.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, sep } from 'node:path';
import {
  programEnvironment,
  type Gateway,
  type GatewayOpener,
  type GatewayRequest,
  type ModelFailure,
  type Problem,
  type Workspace,
} from '@pawl/core';
import type { Environment } from './config-values.ts';
import { wordsOf } from './exec-provider.ts';
import { GatewayProcess } from './gateway-process.ts';
import { reservePort, type ReservedPort } from './reserved-port.ts';

export interface GatewayStarterOptions {
  readonly workspace: Workspace;
  readonly environment: Environment;
  readonly trust?: 'own' | 'fork';
  /** How long it may take until it answers; two minutes unless given. */
  readonly startMs?: number;
  readonly progress?: (message: string) => void;
}

export interface GatewayStarter {
  readonly open: GatewayOpener;
  /** The environment of providers: with the key of the gateways that are started here. */
  readonly environment: Environment;
}

const keyName = 'PAWL_GATEWAY_KEY';
const masterKey = 'LITELLM_MASTER_KEY';

export function gatewayStarter(options: GatewayStarterOptions): GatewayStarter {
  // LiteLLM does not start without a key; one that ends with the run can be lost to nobody. Made for the first gateway:
  // most evaluations start none.
  let made: string | undefined;
  const key = (): string => (made ??= `sk-pawl-${randomBytes(24).toString('hex')}`);
  return {
    environment: (name) => (name === keyName ? key() : options.environment(name)),
    open: async (request) => {
      const problems = problemsOf(request, options);
      if (problems.some(({ severity }) => severity === 'error')) return { problems };
      return { value: gatewayOf(request, options, { reserved: await reservePort(), key: key() }), problems };
    },
  };
}

function problemsOf(
  { command, env, config, perRequest }: GatewayRequest,
  options: GatewayStarterOptions,
): readonly Problem[] {
  const { trust = 'own', environment } = options;
  if (trust === 'fork')
    return [
      {
        code: 'GATEWAY_FORK',
        severity: 'error',
        message: 'The run of a fork starts no gateway.',
        hint: 'A maintainer runs the suite with record: missing and commits the cassette.',
        file: config,
      },
    ];
  const words = wordsOf(command);
  const needed = perRequest === true ? ['{port}'] : ['{config}', '{port}'];
  const lacking = needed.filter((name) => !words.some((word) => word.includes(name)));
  if (lacking.length > 0)
    return [
      {
        code: 'INPUT_INVALID',
        severity: 'error',
        message: `The input "gateway-command" lacks ${lacking.join(' and ')}.`,
        hint:
          perRequest === true
            ? 'Write for example npx @portkey-ai/gateway --headless --port={port}.'
            : 'Write for example litellm --config {config} --port {port} --host 127.0.0.1.',
      },
    ];
  return env
    .filter((name) => (environment(name) ?? '') === '')
    .map((name) => ({
      code: 'ENV_MISSING',
      severity: 'warning' as const,
      message: `"gateway-env" names the environment variable ${name}, which has no value.`,
      hint: 'Set it, or take the name out.',
    }));
}

function gatewayOf(
  request: GatewayRequest,
  options: GatewayStarterOptions,
  { reserved, key }: { readonly reserved: ReservedPort; readonly key: string },
): Gateway {
  const { workspace, environment, startMs = 120_000, progress } = options;
  const { port } = reserved;
  const named = request.env.includes(masterKey);
  const secrets = [key, ...request.env.flatMap((name) => environment(name) ?? [])];
  let started: Promise<GatewayProcess> | undefined;
  let temporary: string | undefined;
  const start = async (): Promise<GatewayProcess> => {
    const config =
      request.files === undefined ? await workspace.resolve(request.config) : join(await laidOut(), request.config);
    progress?.(`Starting the gateway with ${request.config}${request.files === undefined ? '' : ' as it was'} …`);
    const [program = '', ...args] = wordsOf(request.command).map((word) =>
      word.replaceAll('{config}', config).replaceAll('{port}', String(port)),
    );
    // It runs beside its configuration; a program of the repository is where the command says, from the root.
    const here = program.includes('/') && !isAbsolute(program) ? await workspace.resolve(program) : program;
    const env = environmentOf(request.env, environment);
    await reserved.handOver();
    return GatewayProcess.start({
      program: here,
      args,
      cwd: dirname(config),
      env: named || request.perRequest === true ? env : { ...env, [masterKey]: key },
      health: `http://127.0.0.1:${port}/health/liveliness`,
      startMs,
      secrets,
    });
  };
  const laidOut = async (): Promise<string> => {
    temporary = await mkdtemp(join(tmpdir(), 'pawl-gateway-'));
    for (const [path, bytes] of request.files ?? []) {
      const file = join(temporary, path);
      if (!file.startsWith(temporary + sep)) continue;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    return temporary;
  };
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    ...(request.perRequest !== true && { apiKeyEnv: named ? masterKey : keyName }),
    ready: async (): Promise<ModelFailure | undefined> => {
      try {
        return (await (started ??= start())).failure;
      } catch (error) {
        return {
          failure: `the gateway cannot be started: ${(error as Error).message}`,
          hint: 'Check gateway-command.',
        };
      }
    },
    close: async () => {
      await started?.then((process) => process.stop()).catch(() => undefined);
      await reserved.release();
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    },
  };
}

function environmentOf(names: readonly string[], environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...programEnvironment, ...names].flatMap((name): readonly (readonly [string, string])[] => {
      const value = environment(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
