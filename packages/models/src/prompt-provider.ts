// The provider of prompt-regression: somebody to ask, a cassette, or both, as inputs and suite say.
import { posix } from 'node:path';
import type { EvalProvider, ModelFailure, ModelProvider, Problem, ScriptRunner, Workspace } from '@pawl/core';
import type { ProviderFactory, ProviderSettings } from '@pawl/core/prompt-regression';
import { cassetteProvider } from './cassette-provider.ts';
import { SecretFiller } from './config-values.ts';
import { formerIdOf, openKind, providerIdOf } from './open-kind.ts';
import { Pacer, realSleep } from './pacer.ts';
import { redacting } from './redact.ts';
import { withRoutePrices } from './route-prices.ts';

export interface PromptProviderOptions {
  readonly workspace: Workspace;
  /** Asked for the variables that the inputs and the suite's own settings name, and no others. */
  readonly environment: (name: string) => string | undefined;
  /** ISO 8601, for new cassettes. */
  readonly now?: () => string;
  readonly scripts?: ScriptRunner;
  /** A fork's code runs no programs here and records nothing: it replays. */
  readonly trust?: 'own' | 'fork';
  /** Beside known secrets, what recordings must not hold; with the flag `g`. */
  readonly redact?: readonly RegExp[];
}

const defaultConcurrency = 8;

/** Providers of one factory that ask the same endpoint keep to its limits together. */
export function promptProviders(options: PromptProviderOptions): ProviderFactory {
  const { workspace, environment, now, scripts, trust = 'own', redact } = options;
  const pacers = new Map<string, Pacer>();
  const open: ProviderFactory = async (settings) => {
    const provider = settings.provider ?? bareProvider(settings);
    const filler = new SecretFiller(environment);
    const pacer = (endpoint: string): Pacer => {
      const made = pacers.get(endpoint) ?? new Pacer({ max: settings.concurrency ?? defaultConcurrency });
      pacers.set(endpoint, made);
      return made;
    };
    const barred = trust === 'fork' && (provider.kind === 'exec' || provider.kind === 'python');
    const opened = barred
      ? undefined
      : await openKind({
          provider,
          settings,
          filler,
          pacer,
          environment,
          // As its author tried it: beside the suite that names it.
          folder: () => workspace.resolve(posix.dirname(provider.place.file)),
          ...(scripts !== undefined && { scripts }),
        });
    if (opened !== undefined && 'failure' in opened)
      return { problems: [problemOf(opened.failure, provider, settings)] };
    const delayMs = settings.delayMs ?? provider.delayMs ?? 0;
    const inner = opened === undefined ? undefined : spaced(opened.value, delayMs, settings.signal);
    const problems = filler.missing.map((name) => missingVariable(name, provider));
    // Both answer by themselves, at once and always alike: there is nothing to record.
    const byItself = provider.kind === 'echo' || provider.kind === 'script';
    const live = trust === 'own' && settings.cassettes.length === 0;
    if (inner !== undefined && byItself) return { value: inner, problems };
    if (inner !== undefined && live)
      return {
        value: redacting(inner, { secrets: filler.secrets, ...(redact !== undefined && { patterns: redact }) }),
        problems,
      };
    const read = await cassetteProvider({
      cassettes: settings.cassettes,
      record: trust === 'fork' ? 'none' : settings.record,
      workspace,
      model: settings.model,
      secrets: filler.secrets,
      ...(settings.provider !== undefined && { id: providerIdOf(provider), formerId: formerIdOf(provider) }),
      ...(settings.gateway !== undefined && { through: settings.gateway.digest }),
      ...(inner !== undefined && { inner }),
      ...(now !== undefined && { now }),
      ...(redact !== undefined && { redact }),
      ...(trust === 'fork' && { missing: barred ? noPrograms : replayOnly }),
    });
    // A replay needs no keys.
    return settings.record === 'none' || read.value === undefined
      ? read
      : { value: read.value, problems: [...problems, ...read.problems] };
  };
  return async (settings) => {
    const opened = await open(settings);
    const prices = settings.gateway?.prices;
    // Recorded answers too: somebody may have looked prices up since.
    return opened.value === undefined || prices === undefined
      ? opened
      : { ...opened, value: withRoutePrices(opened.value, prices) };
  };
}

const replayOnly: ModelFailure = {
  failure: 'there is no recorded answer to this request, and the run of a fork asks and records none',
  hint: 'A maintainer runs the suite with record: missing and commits the cassette.',
};

const noPrograms: ModelFailure = {
  failure: 'the provider is a program, and the run of a fork starts none',
  hint: 'A maintainer runs the suite with record: missing and commits the cassette.',
};

/** `.prompt.yml` names a model; where it is asked, the inputs say. */
const bareProvider = ({ model }: ProviderSettings): EvalProvider => ({
  id: model,
  label: model,
  kind: 'openai',
  model,
  config: {},
  place: { file: '' },
});

/** Requests start as far apart as the suite asks. */
function spaced(provider: ModelProvider, delayMs: number, signal: AbortSignal | undefined): ModelProvider {
  if (delayMs <= 0) return provider;
  let start: Promise<void> = Promise.resolve();
  return {
    ...provider,
    complete: async (request) => {
      const mine = start;
      start = mine.then(() => realSleep(delayMs, signal));
      await mine;
      return provider.complete(request);
    },
  };
}

function problemOf(message: string, { place }: EvalProvider, settings: ProviderSettings): Problem {
  const input = message.startsWith('The input');
  return {
    code: input ? 'INPUT_INVALID' : 'PROVIDER_INVALID',
    severity: 'error',
    message,
    hint: input ? 'Write for example http://localhost:8000/v1.' : 'Correct the settings of the provider.',
    ...(settings.provider !== undefined && !input && place),
  };
}

const missingVariable = (name: string, { id, place }: EvalProvider): Problem => ({
  code: 'ENV_MISSING',
  severity: 'warning',
  message: `The settings of "${id}" name the environment variable ${name}, which has no value.`,
  hint: 'Set it, or give record: none to replay recorded answers.',
  ...(place.file !== '' && place),
});
