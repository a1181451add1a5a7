// The gateway under test on both sides: which configuration each has, where it is asked, and what a column must know
// of it.
import type { Sha256 } from '../../formats/canonical.ts';
import { hasErrors, type Problem, type Read } from '../../formats/problem.ts';
import type { RunInput } from '../../formats/run.ts';
import type { Gateway, GatewayOpener, GatewayRequest } from '../../ports/gateway.ts';
import type { ModelFailure } from '../../ports/model-provider.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { atCommit } from '../baseline-side.ts';
import type { Baseline, BaselinePorts } from '../baseline.ts';
import type { Column, Side } from '../columns.ts';
import type { PromptRegressionInputs } from '../inputs.ts';
import { configChanges, type ConfigChange } from './config-changes.ts';
import type { GatewayConfig, GatewayKind } from './config.ts';
import { addressProblems } from './address-problems.ts';
import { readRoutePrices, type RoutePrices } from './route-prices.ts';
import { readGatewayConfig, type ReadConfig } from './read-config.ts';

/** What a column's provider is told of the gateway it is asked through. */
export interface GatewayAddress {
  readonly kind: GatewayKind;
  /** Of the configuration: recordings of two configurations are never mixed. */
  readonly digest: string;
  /** Without one nobody is asked. */
  readonly baseUrl?: string;
  /** In place of the input's. */
  readonly apiKeyEnv?: string;
  /** Portkey takes its configuration with every request: JSON, with `{{env.NAME}}` where a value belongs. */
  readonly config?: string;
  /** USD for a million tokens, by route: of what a gateway tells no price. */
  readonly prices?: RoutePrices;
  /** Starts it where it is not running yet. */
  readonly ready?: () => Promise<ModelFailure | undefined>;
}

export interface GatewaySides {
  readonly after: GatewayConfig;
  /** Undefined where the baseline has none. */
  readonly before?: GatewayConfig;
  readonly changes: readonly ConfigChange[];
  readonly inputs: readonly RunInput[];
  /** Addresses of both sides; the same where the configuration is. */
  readonly addresses: { readonly after: GatewayAddress; readonly before?: GatewayAddress };
  close(): Promise<void>;
}

export interface GatewayPorts extends Pick<BaselinePorts, 'history'> {
  readonly workspace: Workspace;
  readonly openGateway?: GatewayOpener;
}

export interface GatewayQuestion {
  readonly inputs: PromptRegressionInputs;
  readonly found: Exclude<Baseline, { state: 'unreadable' }>;
  readonly sha256: Sha256;
  /** The run of a fork starts nothing. */
  readonly trust: 'own' | 'fork';
}

export interface FoundGateways {
  /** Undefined where none is under test. */
  readonly gateways?: GatewaySides;
  /** Absent where the gateway is what there is no baseline of. */
  readonly found: GatewayQuestion['found'];
}

export async function openGateways(question: GatewayQuestion, ports: GatewayPorts): Promise<Read<FoundGateways>> {
  const { inputs, sha256 } = question;
  const file = inputs.gateway;
  if (file === undefined) return withoutGateway(question);
  const own = await readHead(file, ports.workspace, sha256);
  if (own.value === undefined) return { problems: own.problems };
  const base = await readBase(question, ports, own.value);
  if ('problems' in base) return { problems: [...own.problems, ...base.problems] };
  const { found } = base;
  const same = base.read?.config.digest === own.value.config.digest;
  const prices = readRoutePrices(inputs['route-prices']);
  const problems = [
    ...own.problems,
    ...addressProblems(inputs, own.value.config, base.read !== undefined && !same),
    ...prices.problems,
  ];
  if (hasErrors(problems)) return { problems };
  const opener = new Openings(question, ports, prices.value);
  const after = await opener.address(own.value, 'after');
  const before = base.read === undefined ? undefined : same ? after : await opener.address(base.read, 'before');
  problems.push(...opener.problems);
  if (hasErrors(problems)) {
    await opener.close();
    return { problems };
  }
  const gateways: GatewaySides = {
    after: own.value.config,
    changes: base.read === undefined ? [] : configChanges(base.read.config, own.value.config),
    inputs: own.value.inputs,
    addresses: { after, ...(before !== undefined && { before }) },
    close: () => opener.close(),
    ...(base.read !== undefined && { before: base.read.config }),
  };
  return { value: { gateways, found }, problems };
}

/** The side's columns that speak OpenAI's API, asked through the gateway. */
export function throughGateway(side: Side, gateway: GatewayAddress | undefined): Side {
  if (gateway === undefined) return side;
  const columns = side.columns.map((column): Column => {
    const { kind } = column.provider;
    if (kind !== 'openai' && kind !== 'openai-completion') return column;
    return { ...column, gateway, settingsKey: `${gateway.digest} ${column.settingsKey}` };
  });
  return { ...side, columns };
}

/** A gateway that nothing is asked through is not under test. */
export function unaskedGateway({ columns }: Side, { gateway: file }: PromptRegressionInputs): readonly Problem[] {
  if (columns.some(({ gateway }) => gateway !== undefined)) return [];
  return [
    {
      ...problem('GATEWAY_NOT_ASKED', 'No provider of the suite is asked through the gateway.'),
      hint: 'Use a provider that speaks the API of OpenAI, for example litellm:<model>, or leave the input gateway out.',
      ...(file !== undefined && { file }),
    },
  ];
}

/** Of the other side: no mistake of whoever asks. */
export const isOfBaseline = ({ code, file = '' }: Problem): boolean =>
  code === 'BASELINE_UNREADABLE' || /@[0-9a-f]{7}$/.test(file);

function withoutGateway({ inputs, found }: GatewayQuestion): Read<FoundGateways> {
  const given = (
    ['gateway-command', 'gateway-env', 'gateway-url', 'gateway-baseline-url', 'route-prices'] as const
  ).find((name) => inputs[name] !== undefined);
  if (given === undefined) return { value: { found }, problems: [] };
  const hint = 'Name its configuration with the input gateway.';
  return { problems: [{ ...problem('INPUT_INVALID', `"${given}" is given, and no gateway is under test.`), hint }] };
}

async function readHead(file: string, workspace: Workspace, sha256: Sha256): Promise<Read<ReadConfig>> {
  try {
    const read = await readGatewayConfig(file, workspace, sha256);
    if (read.value !== undefined || read.problems.length > 0) return read;
    const hint = 'Give its path from the root of the repository.';
    return {
      problems: [{ ...problem('GATEWAY_MISSING', `There is no gateway configuration "${file}".`), hint, file }],
    };
  } catch (error) {
    return {
      problems: [{ ...problem('GATEWAY_UNREADABLE', `${(error as Error).message}.`.replace('..', '.')), file }],
    };
  }
}

async function readBase(
  { inputs, found, sha256 }: GatewayQuestion,
  ports: GatewayPorts,
  own: ReadConfig,
): Promise<
  { readonly read?: ReadConfig; readonly found: GatewayQuestion['found'] } | { problems: readonly Problem[] }
> {
  const file = inputs.gateway ?? '';
  if (found.state === 'absent') return { found };
  const { commit } = found.source;
  // A baseline that is a file has no past of its own.
  if (commit === undefined) return { found, read: own };
  const short = commit.slice(0, 7);
  try {
    const read = await readGatewayConfig(file, atCommit(ports, commit), sha256);
    if (read.value !== undefined) return { found, read: read.value };
    if (read.problems.length > 0) return { problems: read.problems.map((each) => atBase(each, short)) };
  } catch (error) {
    const message = `The gateway's configuration at ${short} cannot be read: ${(error as Error).message}.`;
    return { problems: [{ ...problem('BASELINE_UNREADABLE', message.replace('..', '.')), file }] };
  }
  // Until now the baseline was asked without a gateway, where the inputs say.
  if (inputs['base-url'] !== undefined) return { found };
  const words = `the gateway's configuration is new since ${short}`;
  if (inputs.baseline === 'required')
    return { problems: [{ ...problem('BASELINE_UNREADABLE', `A baseline is required, but ${words}.`), file }] };
  return { found: { state: 'absent', source: { source: 'none' }, words } };
}

const atBase = (each: Problem, short: string): Problem =>
  each.file === undefined ? each : { ...each, file: `${each.file}@${short}` };

class Openings {
  readonly problems: Problem[] = [];
  readonly #question: GatewayQuestion;
  readonly #ports: GatewayPorts;
  readonly #prices: RoutePrices | undefined;
  readonly #opened: Gateway[] = [];
  #ofBoth: Promise<Gateway | undefined> | undefined;

  constructor(question: GatewayQuestion, ports: GatewayPorts, prices: RoutePrices | undefined) {
    this.#question = question;
    this.#ports = ports;
    this.#prices = prices;
  }

  async address({ config, files }: ReadConfig, side: 'after' | 'before'): Promise<GatewayAddress> {
    const { inputs, trust } = this.#question;
    const { kind, digest } = config;
    const portkey = kind === 'portkey';
    const prices = this.#prices;
    const own = { kind, digest, ...(portkey && { config: config.text }), ...(prices !== undefined && { prices }) };
    const base = inputs['base-url'];
    const command = inputs['gateway-command'];
    const url = inputs['gateway-url'] ?? (portkey && command === undefined ? base : undefined);
    const baseUrl = side === 'before' && kind === 'litellm' ? inputs['gateway-baseline-url'] : url;
    if (baseUrl !== undefined) return { ...own, baseUrl, apiKeyEnv: inputs['api-key-env'] };
    if (command === undefined || trust === 'fork' || inputs.record === 'none') return own;
    const asked = { command, config: config.file, env: inputs['gateway-env'] ?? [] };
    // Portkey is told its configuration with every request: one serves both sides.
    const gateway = portkey
      ? await (this.#ofBoth ??= this.#open({ ...asked, perRequest: true }))
      : await this.#open({ ...asked, ...(side === 'before' && { files }) });
    if (gateway === undefined) return own;
    // A key that somebody named on purpose is the one that the configuration holds.
    const named = inputs['api-key-env'] === 'OPENAI_API_KEY' ? gateway.apiKeyEnv : inputs['api-key-env'];
    const key = named === undefined ? {} : { apiKeyEnv: named };
    return { ...own, ...key, baseUrl: gateway.baseUrl, ready: () => gateway.ready() };
  }

  async #open(request: GatewayRequest): Promise<Gateway | undefined> {
    const opened = await this.#ports.openGateway?.(request);
    if (opened?.value === undefined)
      this.problems.push(...(opened?.problems ?? [problem('GATEWAY_NOT_STARTED', 'No gateway can be started here.')]));
    else this.#opened.push(opened.value);
    return opened?.value;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#opened.map((gateway) => gateway.close()));
  }
}

const problem = (code: string, message: string): Problem => ({ code, severity: 'error', message });
