// Prompts to Langfuse and from it. A version is known by what its config says under "pawl", and else by what it tells
// the model, so that a second push makes nothing new.
import { promptDigest, type Problem, type Sha256 } from '@pawl/core';
import { ExchangeError } from '../exchange-error.ts';
import type { PromptContent } from '../mlflow/prompt-template.ts';
import type { PromptVersion } from '../mlflow/prompts.ts';
import { at, listAt, numberAt, textAt } from '../shape.ts';
import type { LangfuseClient } from './client.ts';
import { pushLabels, reserved } from './labels.ts';
import { bodyOfPrompt, foreignSettings, ownConfig, promptOfBody, type LangfuseType } from './prompt-body.ts';

export interface PushedToLangfuse {
  readonly created: readonly { readonly version: string; readonly langfuseVersion: number }[];
  readonly present: number;
  readonly labelled: readonly { readonly label: string; readonly langfuseVersion: number }[];
  readonly problems: readonly Problem[];
}

export interface PulledFromLangfuse {
  readonly langfuseVersion: number;
  readonly message: string;
  readonly content: PromptContent;
  /** Label → digest and version of ours that it stands for there. */
  readonly labels: readonly {
    readonly label: string;
    readonly langfuseVersion: number;
    readonly version?: string;
    readonly digest?: string;
  }[];
  readonly problems: readonly Problem[];
}

const longestMessage = 500;

interface LangfuseVersion {
  readonly number: number;
  readonly type: LangfuseType;
  readonly labels: readonly string[];
  readonly config: unknown;
  readonly message: string;
  readonly prompt: unknown;
}

/** @throws ExchangeError when the server cannot be reached, or refuses a version */
export async function pushToLangfuse(
  client: LangfuseClient,
  name: string,
  versions: readonly PromptVersion[],
  sha256: Sha256,
): Promise<PushedToLangfuse> {
  const there = await allVersions(client, name);
  const type = there[0]?.type ?? 'chat';
  const numbers = numbersOf(there, name, sha256, versions);
  const created: { version: string; langfuseVersion: number }[] = [];
  const problems: Problem[] = [];
  const missing = versions.toReversed().filter(({ version }) => !numbers.has(version.version));
  const foreign = missing.length === 0 ? [] : foreignSettings(there.at(-1)?.config);
  if (foreign.length > 0) problems.push(settingsLost(name, foreign));
  // Ours are listed highest first; Langfuse counts up.
  for (const { version, prompt } of missing) {
    const written = bodyOfPrompt(prompt, { name, type });
    problems.push(...written.problems);
    if (written.body === undefined) continue;
    const digest = promptDigest(prompt, sha256);
    const own = { version: version.version, commit: version.commit, digest };
    const message = `${version.version}: ${version.message}`.slice(0, longestMessage);
    const made = await client.send('POST', 'prompts', {
      name,
      ...written.body,
      config: { ...written.body.config, [ownConfig]: own },
      labels: [],
      commitMessage: message,
    });
    const langfuseVersion = numberAt(made, 'version');
    if (langfuseVersion === undefined) throw strange(client, 'a new version without its number');
    numbers.set(version.version, langfuseVersion);
    created.push({ version: version.version, langfuseVersion });
  }
  const labels = await pushLabels(client, { name, there, numbers }, versions);
  return {
    created,
    present: versions.length - missing.length,
    labelled: labels.labelled,
    problems: [...once(problems), ...labels.problems],
  };
}

/**
 * @param wanted a number or a label; the newest version without it
 * @throws ExchangeError when there is no such prompt or version, or it cannot be a prompt file
 */
export async function pullFromLangfuse(
  client: LangfuseClient,
  name: string,
  wanted: string | undefined,
  sha256: Sha256,
): Promise<PulledFromLangfuse> {
  const there = await allVersions(client, name);
  if (there.length === 0)
    throw new ExchangeError(
      'LANGFUSE_PROMPT_UNKNOWN',
      `Langfuse has no prompt "${name}".`,
      'Its page "Prompts" lists them.',
    );
  const version = chosen(there, name, wanted);
  const where = `Version ${version.number} of the Langfuse prompt ${name}`;
  const read = promptOfBody(version, where);
  if (read.content === undefined) {
    const [problem] = read.problems;
    throw new ExchangeError(problem?.code ?? 'LANGFUSE_PROMPT_REFUSED', problem?.message ?? '', problem?.hint);
  }
  const labels = there.flatMap((one) => {
    const ours = claimOf(one);
    // Whoever edits a version in Langfuse gets a new one with the old one's config: ours is the one that was first.
    const original = ours !== undefined && there.find((other) => claimOf(other) === ours) === one;
    const { content } = promptOfBody(one, where);
    return one.labels
      .filter((label) => label !== reserved)
      .map((label) => ({
        label,
        langfuseVersion: one.number,
        ...(original && { version: ours }),
        ...(content !== undefined && { digest: promptDigest(content, sha256) }),
      }));
  });
  return {
    langfuseVersion: version.number,
    message: version.message,
    content: read.content,
    labels,
    problems: read.problems,
  };
}

/** Which version of ours it says that it is. */
const claimOf = ({ config }: LangfuseVersion): string | undefined => textAt(config, ownConfig, 'version');

/** Lowest first. As they are stored, references to other prompts included. */
async function allVersions(client: LangfuseClient, name: string): Promise<readonly LangfuseVersion[]> {
  const listed = await client.get('prompts', { name, limit: '100' });
  const own = listAt(listed, 'data').find((prompt) => textAt(prompt, 'name') === name);
  const numbers = listAt(own, 'versions').filter((number) => typeof number === 'number');
  const found: LangfuseVersion[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const prompt = await client.get(`prompts/${encodeURIComponent(name)}`, {
      version: String(number),
      resolve: 'false',
    });
    if (numberAt(prompt, 'version') !== number) throw strange(client, `another version than ${number} of ${name}`);
    found.push({
      number,
      type: textAt(prompt, 'type') === 'text' ? 'text' : 'chat',
      labels: listAt(prompt, 'labels').filter((label) => typeof label === 'string'),
      config: at(prompt, 'config'),
      message: textAt(prompt, 'commitMessage') ?? '',
      prompt: at(prompt, 'prompt'),
    });
  }
  return found;
}

/** Our version → Langfuse's number: by config, and where somebody else made it by what it says. */
function numbersOf(
  there: readonly LangfuseVersion[],
  name: string,
  sha256: Sha256,
  versions: readonly PromptVersion[],
): Map<string, number> {
  const numbers = new Map<string, number>();
  const digests = new Map<string, number>();
  for (const one of there) {
    if (claimOf(one) !== undefined) continue;
    const { content } = promptOfBody(one, name);
    if (content !== undefined) digests.set(promptDigest(content, sha256), one.number);
  }
  for (const { version, prompt } of versions) {
    const digest = promptDigest(prompt, sha256);
    const named = there.find(
      ({ config }) =>
        textAt(config, ownConfig, 'version') === version.version && textAt(config, ownConfig, 'digest') === digest,
    );
    const number = named?.number ?? digests.get(digest);
    if (number !== undefined) numbers.set(version.version, number);
  }
  return numbers;
}

function chosen(there: readonly LangfuseVersion[], name: string, wanted: string | undefined): LangfuseVersion {
  const version =
    wanted === undefined || wanted === reserved
      ? there.at(-1)
      : (there.find(({ labels }) => labels.includes(wanted)) ??
        there.find(({ number }) => String(number) === wanted.replace(/^v/, '')));
  if (version !== undefined) return version;
  const known = there.map(({ number, labels }) => [number, ...labels].join(' ')).join(', ');
  throw new ExchangeError(
    'LANGFUSE_PROMPT_UNKNOWN',
    `The Langfuse prompt ${name} has no version ${wanted ?? ''}.`,
    `There are: ${known}.`,
  );
}

const once = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((problem) => [`${problem.code} ${problem.message}`, problem])).values(),
];

const strange = (client: LangfuseClient, what: string): ExchangeError =>
  new ExchangeError(
    'LANGFUSE_NO_SERVER',
    `${client.url} answered with ${what}.`,
    'Is this the address of a Langfuse server?',
  );

const settingsLost = (name: string, names: readonly string[]): Problem => ({
  code: 'LANGFUSE_PROMPT_SETTINGS',
  severity: 'warning',
  message: `The newest version of ${name} in Langfuse has settings that no version from here has: ${names.slice(0, 10).join(', ')}.`,
  hint: 'A *.prompt.yml does not hold them: applications that read them keep to the older version, or get them elsewhere.',
});
