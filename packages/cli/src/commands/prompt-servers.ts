// The registries that prompts go to and come from, alike: MLflow's and Langfuse's.
import type { Problem, Sha256 } from '@pawl/core';
import {
  ExchangeError,
  langfuseClient,
  mlflowClient,
  parseLangfuseAddress,
  parseMlflowAddress,
  pullFromLangfuse,
  pullPrompt,
  pushPrompt,
  pushToLangfuse,
  type PromptContent,
  type PromptVersion,
} from '@pawl/experiments';
import type { Shell } from '../terminal-io.ts';

export interface PushedPrompts {
  readonly created: readonly { readonly version: string; readonly number: number }[];
  readonly present: number;
  readonly labelled: readonly { readonly label: string; readonly number: number }[];
  readonly problems: readonly Problem[];
  /** As the server calls things. */
  readonly json: object;
}

export interface PulledPrompts {
  readonly number: number;
  readonly message: string;
  readonly content: PromptContent;
  /** Label there → digest and version of ours that it stands for. */
  readonly labels: readonly {
    readonly label: string;
    readonly number: number;
    readonly version?: string;
    readonly digest?: string;
  }[];
  readonly problems: readonly Problem[];
  /** The number, as the server calls it. */
  readonly json: object;
}

export interface PromptServer {
  readonly title: string;
  /** What a label is called there. */
  readonly word: 'alias' | 'label';
  push(name: string, versions: readonly PromptVersion[], sha256: Sha256): Promise<PushedPrompts>;
  pull(name: string, wanted: string | undefined, sha256: Sha256): Promise<PulledPrompts>;
}

/** @param text `mlflow:…` or `langfuse:…` @throws ExchangeError when it names no server */
export function promptServer(text: string, env: Shell['env']): PromptServer {
  if (/^langfuse(?::|$)/.test(text)) return langfuse(text, env);
  if (/^(?:mlflow(?::|$)|https?:)/.test(text)) return mlflow(text, env);
  throw new ExchangeError(
    'PROMPT_SERVER',
    `"${text}" names neither MLflow nor Langfuse.`,
    'Write mlflow:http://HOST:PORT or langfuse:https://HOST.',
  );
}

function mlflow(text: string, env: Shell['env']): PromptServer {
  const client = mlflowClient(parseMlflowAddress(text, env), env);
  return {
    title: 'MLflow',
    word: 'alias',
    push: async (name, versions, sha256) => {
      const pushed = await pushPrompt(client, name, versions, sha256);
      const { created, present, aliased, problems } = pushed;
      return {
        created: created.map(({ version, mlflowVersion }) => ({ version, number: mlflowVersion })),
        present,
        labelled: aliased.map(({ alias, mlflowVersion }) => ({ label: alias, number: mlflowVersion })),
        problems,
        json: pushed,
      };
    },
    pull: async (name, wanted, sha256) => {
      const { mlflowVersion, message, content, aliases, problems } = await pullPrompt(client, name, wanted, sha256);
      const labels = aliases.map(({ alias, mlflowVersion: number, ...ours }) => ({ label: alias, number, ...ours }));
      return { number: mlflowVersion, message, content, labels, problems, json: { mlflowVersion } };
    },
  };
}

function langfuse(text: string, env: Shell['env']): PromptServer {
  const client = langfuseClient(parseLangfuseAddress(text, env), env);
  return {
    title: 'Langfuse',
    word: 'label',
    push: async (name, versions, sha256) => {
      const pushed = await pushToLangfuse(client, name, versions, sha256);
      const { created, present, labelled, problems } = pushed;
      return {
        created: created.map(({ version, langfuseVersion }) => ({ version, number: langfuseVersion })),
        present,
        labelled: labelled.map(({ label, langfuseVersion }) => ({ label, number: langfuseVersion })),
        problems,
        json: pushed,
      };
    },
    pull: async (name, wanted, sha256) => {
      const pulled = await pullFromLangfuse(client, name, wanted, sha256);
      const { langfuseVersion, message, content, problems } = pulled;
      const labels = pulled.labels.map(({ langfuseVersion: number, ...ours }) => ({ number, ...ours }));
      return { number: langfuseVersion, message, content, labels, problems, json: { langfuseVersion } };
    },
  };
}
