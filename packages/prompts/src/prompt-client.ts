// `name@label` → what to tell the model. Answers from memory while that is fresh, then looks again, and goes on with what
// it has when the repository cannot be reached: a moved label needs no deploy, and a lost network stops nobody.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  parseVersionRef,
  promptDigest,
  promptStem,
  readPrompt,
  responseFormatOf,
  type Prompt,
  type RegisteredVersion,
} from '@pawl/core';
import { missingNames, parseTemplate, renderTemplate } from '@pawl/core/template';
import { openHistory, openRegistry, remoteOf, type GitHistory, type GitRegistry } from '@pawl/git';
import { bringCommit, findPromptFile, type Environment } from './prompt-file.ts';
import { PromptError } from './prompt-error.ts';

export interface PromptClientOptions {
  /** A clone of the repository that holds the prompts, or a folder of it. */
  readonly repository: string;
  /** Git remote whose labels count; by default `origin`, or the clone itself where there is none. */
  readonly remote?: string;
  /** How long an answer is fresh, in milliseconds; 60,000 by default. */
  readonly freshFor?: number;
  /** How long an answer that could not be refreshed is still given; a day by default, Infinity for ever. */
  readonly staleFor?: number;
  /** How long a question waits for an answer to be refreshed, in milliseconds, where there is an older one; 5,000 by default. */
  readonly waitFor?: number;
  /** Told of refreshes that failed or were not waited for; the answer given is the older one. */
  readonly onStale?: (problem: { readonly ref: string; readonly error: unknown; readonly ageMs: number }) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly environment?: Environment;
}

export interface ResolvedPrompt {
  readonly name: string;
  readonly version: string;
  readonly commit: string;
  /** `sha256:…` of what a model is told. */
  readonly digest: string;
  readonly model?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Where the prompt asks for one: `type`, and `jsonSchema` with name and schema. */
  readonly responseFormat?: unknown;
  /** Templates, as written. */
  readonly messages: Prompt['messages'];
  /** True when the label could not be looked up again in time, and this is what it was. */
  readonly stale: boolean;
  /** @returns messages with the values put in. @throws PromptError when a template cannot be filled */
  render(variables: Readonly<Record<string, unknown>>): readonly { readonly role: string; readonly content: string }[];
}

export interface PromptClient extends AsyncDisposable {
  /**
   * @param ref `mail-triage@production`, `mail-triage@v1.2.0` or `mail-triage@latest`
   * @throws PromptError when there is no such prompt or label, or when it was never read and cannot be now
   */
  get(ref: string): Promise<ResolvedPrompt>;
}

interface Cached {
  readonly prompt: Omit<ResolvedPrompt, 'stale'>;
  readonly at: number;
}

/** @throws HistoryError, RegistryError when the folder is no repository */
export async function openPrompts(options: PromptClientOptions): Promise<PromptClient> {
  const { repository, environment = process.env, now = Date.now } = options;
  const { freshFor = 60_000, staleFor = 86_400_000, waitFor = 5000 } = options;
  const remote = options.remote ?? (await remoteOf(repository, 'origin', environment));
  const registry = await openRegistry({ repository, environment, ...(remote !== undefined && { remote }) });
  const history = await openHistory({ repository, environment });
  const cache = new Map<string, Cached>();
  const underWay = new Map<string, Promise<Cached>>();

  const load = (ref: string): Promise<Cached> => {
    const known = underWay.get(ref);
    if (known !== undefined) return known;
    const loading = resolvePrompt(ref, { registry, history, repository, remote, environment })
      .then((prompt) => {
        const cached = { prompt, at: now() };
        cache.set(ref, cached);
        return cached;
      })
      .finally(() => underWay.delete(ref));
    underWay.set(ref, loading);
    return loading;
  };

  return {
    get: async (ref) => {
      const cached = cache.get(ref);
      if (cached !== undefined && now() - cached.at < freshFor) return { ...cached.prompt, stale: false };
      try {
        const loading = load(ref);
        return { ...(await (cached === undefined ? loading : within(loading, waitFor, ref))).prompt, stale: false };
      } catch (error) {
        const ageMs = cached === undefined ? Number.POSITIVE_INFINITY : now() - cached.at;
        // A prompt that was taken out of the registry on purpose must not live on; only what cannot be asked may.
        const gone = error instanceof PromptError && error.code !== 'PROMPTS_UNREADABLE';
        if (cached === undefined || gone || ageMs > staleFor) throw error;
        options.onStale?.({ ref, error, ageMs });
        return { ...cached.prompt, stale: true };
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(underWay.values());
      await registry[Symbol.asyncDispose]();
      await history[Symbol.asyncDispose]();
    },
  };
}

/** A network that swallows everything holds Git up for minutes; who asks goes on with what there is. */
async function within<T>(loading: Promise<T>, milliseconds: number, ref: string): Promise<T> {
  // What fails after nobody waits any more is told when it is asked for again.
  loading.catch(() => {});
  const timer = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: timer.signal, ref: false }).then(() => {
    throw new PromptError('PROMPTS_UNREADABLE', `"${ref}" was not looked up within ${milliseconds / 1000} s.`, {
      hint: 'Check the network; waitFor says how long to wait.',
    });
  });
  late.catch(() => {});
  return Promise.race([loading, late]).finally(() => timer.abort());
}

interface Place {
  readonly registry: GitRegistry;
  readonly history: GitHistory;
  readonly repository: string;
  readonly remote: string | undefined;
  readonly environment: Environment;
}

async function resolvePrompt(ref: string, place: Place): Promise<Omit<ResolvedPrompt, 'stale'>> {
  const wanted = parseVersionRef(ref);
  const [problem] = wanted.problems;
  if (wanted.value === undefined)
    throw new PromptError('PROMPTS_UNKNOWN', problem?.message ?? ref, { hint: problem?.hint ?? '' });
  const { name, at } = wanted.value;
  const version = await place.registry.resolve(name, at).catch((cause: unknown) => {
    throw new PromptError('PROMPTS_UNREADABLE', `The labels of ${name} cannot be looked up.`, {
      hint: 'Check the network and the credentials.',
      cause,
    });
  });
  if (version === undefined)
    throw new PromptError('PROMPTS_UNKNOWN', `"${ref}" is not registered.`, {
      hint: `"pawl registry list ${name}" shows what is.`,
    });
  return readVersion(version, place);
}

async function readVersion(version: RegisteredVersion, place: Place): Promise<Omit<ResolvedPrompt, 'stale'>> {
  await bringCommit(place, version);
  const path = await findPromptFile(place, version);
  const bytes = path === undefined ? undefined : await place.history.read(version.commit, path);
  if (path === undefined || bytes === undefined)
    throw new PromptError(
      'PROMPTS_UNKNOWN',
      `${version.name}@${version.version} has no file ${promptStem(version.name)}.prompt.yml.`,
      { hint: 'The prompt’s name is its file’s name.' },
    );
  const read = readPrompt({ text: new TextDecoder().decode(bytes), file: path });
  if (read.value === undefined)
    throw new PromptError('PROMPTS_INVALID', read.problems[0]?.message ?? 'The prompt cannot be read.', {
      hint: read.problems[0]?.hint ?? '',
    });
  const { messages, model, modelParameters } = read.value;
  const responseFormat = responseFormatOf(read.value);
  return {
    name: version.name,
    version: version.version,
    commit: version.commit,
    digest: promptDigest(read.value, sha256),
    ...(model !== undefined && { model }),
    parameters: modelParameters ?? {},
    ...(responseFormat !== undefined && { responseFormat }),
    messages,
    render: (variables) => messages.map(({ role, content }) => ({ role, content: rendered(content, variables) })),
  };
}

/** As an evaluation puts values in: what runs must be what was judged. */
function rendered(content: string, variables: Readonly<Record<string, unknown>>): string {
  const template = parseTemplate(content);
  const missing = missingNames(template, variables);
  if (missing.length > 0)
    throw new PromptError('PROMPTS_VARIABLE', `The prompt needs ${missing.map((name) => `"${name}"`).join(', ')}.`, {
      hint: 'Give every variable a value; an empty text counts as one.',
    });
  return renderTemplate(template, variables);
}

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;
