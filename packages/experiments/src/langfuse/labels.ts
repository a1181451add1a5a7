// Labels of ours to a Langfuse prompt: there, too, each is one version's at a time.
import type { Problem } from '@pawl/core';
import type { PromptVersion } from '../mlflow/prompts.ts';
import { LangfuseRefusal, type LangfuseClient } from './client.ts';

/** Langfuse gives it to the newest version itself. */
export const reserved = 'latest';

export interface PushedLabels {
  readonly labelled: readonly { readonly label: string; readonly langfuseVersion: number }[];
  readonly problems: readonly Problem[];
}

/** Moves each label to the version that holds it here; those that Langfuse has and we have not stay. */
export async function pushLabels(
  client: LangfuseClient,
  {
    name,
    there,
    numbers,
  }: {
    readonly name: string;
    readonly there: readonly { readonly number: number; readonly labels: readonly string[] }[];
    readonly numbers: ReadonlyMap<string, number>;
  },
  versions: readonly PromptVersion[],
): Promise<PushedLabels> {
  const labelled: { label: string; langfuseVersion: number }[] = [];
  const problems: Problem[] = [];
  for (const { version } of versions) {
    const number = numbers.get(version.version);
    if (number === undefined) continue;
    for (const label of version.labels) {
      if (there.find((one) => one.number === number)?.labels.includes(label) === true) continue;
      if (label === reserved || !/^[a-z0-9_\-.]{1,36}$/.test(label)) problems.push(labelRefused(label));
      else {
        const problem = await moveLabel(client, { name, number, label });
        if (problem === undefined) labelled.push({ label, langfuseVersion: number });
        else problems.push(problem);
      }
    }
  }
  return { labelled, problems };
}

/** A protected label is an administrator's: the versions are there all the same. */
async function moveLabel(
  client: LangfuseClient,
  { name, number, label }: { readonly name: string; readonly number: number; readonly label: string },
): Promise<Problem | undefined> {
  try {
    await client.send('PATCH', `prompts/${encodeURIComponent(name)}/versions/${number}`, { newLabels: [label] });
    return undefined;
  } catch (error) {
    if (!(error instanceof LangfuseRefusal) || error.status !== 403) throw error;
    return {
      code: 'LANGFUSE_LABEL_PROTECTED',
      severity: 'error',
      message: `The label ${label} of ${name} was not moved: ${error.message}`,
      hint: 'Move it in Langfuse, or push with the keys of a project where it is not protected.',
    };
  }
}

const labelRefused = (label: string): Problem => ({
  code: 'LANGFUSE_LABEL',
  severity: 'warning',
  message:
    label === reserved
      ? 'The label latest was not sent: Langfuse gives it to the newest version itself.'
      : `The label ${label} was not sent: Langfuse allows small letters, digits, "_", "-" and ".", 36 at most.`,
  hint: 'Rename the label when applications are to find it there.',
});
