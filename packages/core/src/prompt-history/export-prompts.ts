// One JSON file for a label: all an application needs to ask a model, in any language, without Git and without us.
import type { Prompt } from '../formats/prompt.ts';
import { responseFormatOf } from '../formats/prompt.ts';

export const promptExportSchema = 'pawl.prompts/1';

export interface ExportedPrompt {
  readonly version: string;
  /** Of what a model is told; equal digests are the same prompt. */
  readonly digest: string;
  readonly commit: string;
  readonly model?: string;
  /** Contents are templates: `{{name}}` is a variable. */
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly responseFormat?: unknown;
}

export interface PromptExport {
  readonly schema: typeof promptExportSchema;
  readonly label: string;
  /** By name, sorted. */
  readonly prompts: Readonly<Record<string, ExportedPrompt>>;
}

export interface LabelledPrompt {
  readonly name: string;
  readonly version: string;
  readonly commit: string;
  readonly digest: string;
  readonly prompt: Prompt;
}

/** Deterministic: the same versions give the same bytes, so that a deployment of the file is a diff of the prompts. */
export function exportPrompts(label: string, labelled: readonly LabelledPrompt[]): PromptExport {
  const sorted = labelled.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    schema: promptExportSchema,
    label,
    prompts: Object.fromEntries(sorted.map((one) => [one.name, exportedPrompt(one)])),
  };
}

function exportedPrompt({ version, commit, digest, prompt }: LabelledPrompt): ExportedPrompt {
  const responseFormat = responseFormatOf(prompt);
  return {
    version,
    digest,
    commit,
    ...(prompt.model !== undefined && { model: prompt.model }),
    messages: prompt.messages,
    parameters: prompt.modelParameters ?? {},
    ...(responseFormat !== undefined && { responseFormat }),
  };
}
