// The baseline's prompts and providers, to be asked the candidate's cases.
import { hasErrors, type Problem } from '../formats/problem.ts';
import type { History } from '../ports/history.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { PresentBaseline } from './baseline.ts';
import type { PromptPorts } from './check-prompts.ts';
import { missingVariables } from './check-suite.ts';
import { sideOf, type Side } from './columns.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import { allowedEnvironment, readSide } from './read-format.ts';
import { withModel, type Suite } from './suite.ts';

/** What it cannot do with the candidate's cases makes it unreadable. */
export async function baselineSide(
  inputs: PromptRegressionInputs,
  suite: Suite,
  found: PresentBaseline,
  ports: Pick<PromptPorts, 'workspace' | 'history' | 'scripts' | 'environment'>,
): Promise<Side | { readonly problems: readonly Problem[] }> {
  const { commit } = found.source;
  const { path } = found;
  const workspace = commit === undefined ? ports.workspace : atCommit(ports, commit);
  const read = await readSide(
    {
      file: path,
      workspace,
      scripts: ports.scripts,
      environment: allowedEnvironment(inputs, ports.environment),
      compat: inputs.compat,
      allowPython: inputs['allow-python'],
    },
    found.file,
  );
  if (read.value === undefined) return { problems: read.problems };
  // A prompt that named no model was asked by whoever ran it.
  const named = read.value.providers.length > 0 ? read.value : { ...read.value, providers: suite.suite.providers };
  const side = sideOf(withModel(named, inputs));
  const problems = missingVariables(side, suite.suite.cases, (file) => (file === found.file ? found.text : undefined));
  return hasErrors(problems) ? { problems } : side;
}

/** Files as they were at a commit. */
export function atCommit(
  { workspace, history }: { workspace: Workspace; history: History },
  commit: string,
): Workspace {
  return {
    ...workspace,
    read: (path) => history.read(commit, path),
    readText: async (path) => {
      const bytes = await history.read(commit, path);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    list: (glob) => history.list(commit, glob),
    fingerprint: async () => undefined,
  };
}
