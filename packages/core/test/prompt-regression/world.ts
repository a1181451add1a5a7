// A small repository in memory: files, commits, registered versions, and a model that answers by rules.
import type { History, ModelProvider, RegisteredVersion, Registry, ScriptRunner } from '@pawl/core';
import { readInputs } from '@pawl/core';
import {
  checkPrompts,
  outputRow,
  promptRegressionInputs,
  type EvalWatcher,
  type OutputRow,
  type PromptPorts,
  type PromptRegressionInputs,
  type ProviderSettings,
} from '@pawl/core/prompt-regression';
import { fakeContext, fakeProvider, fakeWorkspace } from '@pawl/core/testing';

export interface WorldData {
  readonly files: Record<string, string>;
  /** Commit → path → text; `null` text stands for a commit that cannot be read. */
  readonly commits?: Record<string, Record<string, string> | null>;
  readonly refs?: Record<string, string>;
  readonly head?: string;
  readonly shallow?: boolean;
  readonly base?: string;
  readonly versions?: readonly RegisteredVersion[];
  readonly provider?: ModelProvider;
  readonly inputs?: Record<string, string>;
  readonly environment?: (name: string) => string | undefined;
  /** Told what each provider is opened with. */
  readonly onOpen?: (settings: ProviderSettings) => void;
  readonly clock?: PromptPorts['clock'];
  /** Nobody keeps the run. */
  readonly unkept?: true;
  /** Told the plan and how far it is. */
  readonly progress?: (message: string) => void;
  /** Users' code stood in for by functions: JavaScript by its text and of its variables, files by their paths and of their arguments. */
  readonly scripts?: Readonly<Record<string, (variables: Readonly<Record<string, unknown>>) => unknown>>;
}

/** Code that is not among the scripts fails, as code with a mistake does. */
function fakeScripts(scripts: NonNullable<WorldData['scripts']>): ScriptRunner {
  return {
    run: async ({ code, variables, module }) => {
      const name = module?.file ?? code;
      const script = scripts[name];
      const given = module === undefined ? variables : { ...module.args };
      return script === undefined ? { failure: `cannot run "${name}"` } : { value: script(given) };
    },
    matches: async () => ({ found: false }),
    close: async () => {},
  };
}

export const version = (
  name: string,
  number: string,
  commit: string,
  labels: readonly string[] = [],
): RegisteredVersion => ({
  name,
  version: number,
  commit,
  at: '2025-12-29T00:00:00.000Z',
  message: '',
  labels,
  deprecated: false,
});

export function fakeHistory({ commits = {}, refs = {}, head, base, shallow = false }: WorldData): History {
  return {
    resolve: async (revision) => refs[revision] ?? (Object.hasOwn(commits, revision) ? revision : undefined),
    mergeBase: async () => base,
    read: async (commit, path) => {
      const files = commits[commit];
      if (files === null) throw new Error(`object ${commit} is missing from this shallow clone`);
      const text = files?.[path];
      return text === undefined ? undefined : new TextEncoder().encode(text);
    },
    list: async (commit, glob) => fakeWorkspace(commits[commit] ?? {}).list(glob),
    materialize: async () => undefined,
    commitTime: async () => 1_767_052_800_000,
    head: async () => ({
      ...(head !== undefined && { commit: head }),
      dirty: false,
      ...(shallow && { shallow }),
    }),
  };
}

export function fakeRegistry(versions: readonly RegisteredVersion[] = []): Registry {
  const unused = async (): Promise<never> => {
    throw new Error('an evaluation changes no version');
  };
  return {
    list: async (name) => versions.filter((each) => name === undefined || each.name === name),
    resolve: async (name, at) =>
      versions.find((each) => each.name === name && (each.version === at || each.labels.includes(at))),
    register: unused,
    label: unused,
    unlabel: unused,
    deprecate: unused,
    archive: unused,
    tagger: unused,
    history: async () => [],
  };
}

export function readWorldInputs(written: Record<string, string>): PromptRegressionInputs {
  const inputs = readInputs(promptRegressionInputs, written);
  if (inputs.value === undefined) throw new Error(JSON.stringify(inputs.problems));
  return inputs.value;
}

export const evaluate = (world: WorldData, watcher?: EvalWatcher) =>
  checkPrompts(
    readWorldInputs({ prompt: 'prompts/triage.prompt.yml', 'base-url': 'http://model/v1', ...world.inputs }),
    {
      workspace: fakeWorkspace(world.files),
      history: fakeHistory(world),
      registry: fakeRegistry(world.versions),
      openProvider: async (settings) => {
        world.onOpen?.(settings);
        return world.provider === undefined
          ? { problems: [{ code: 'PROVIDER_MISSING', severity: 'error', message: 'no provider' }] }
          : { value: world.provider, problems: [] };
      },
      ...(world.clock !== undefined && { clock: world.clock }),
      ...(world.environment !== undefined && { environment: world.environment }),
      ...(world.scripts !== undefined && { scripts: fakeScripts(world.scripts) }),
    },
    fakeContext({
      ...(world.progress !== undefined && { progress: world.progress }),
      ...(world.unkept === true && { unkept: true }),
    }),
    watcher,
  );

const config = 'promptfooconfig.yaml';

/** A promptfoo configuration against nothing: its rows by case, column and repeat, and the outcome. */
export async function evaluateConfig(text: string, world: Partial<WorldData> = {}) {
  const rows: OutputRow[] = [];
  const outcome = await evaluate(
    {
      provider: echo(),
      ...world,
      files: { [config]: text, ...world.files },
      inputs: { prompt: config, baseline: 'none', ...world.inputs },
    },
    { row: (row, column, side) => rows.push(outputRow(row, column, side)) },
  );
  return { ...outcome, rows };
}

/** Answers with what it was asked. */
export const echo = () =>
  fakeProvider(({ text, messages }) => {
    const content = text ?? messages.at(-1)?.content;
    return typeof content === 'string' ? content : '';
  });
