// Cases that the baseline's suite has and the candidate's has not. Nobody asks them any more, so a verdict says nothing of
// them: whoever reads a pass must be told.
import type { Problem } from '../formats/problem.ts';
import type { PresentBaseline } from './baseline.ts';
import { atCommit } from './baseline-side.ts';
import type { PromptPorts } from './check-prompts.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import { allowedEnvironment, readWhole } from './read-format.ts';
import type { Suite } from './suite.ts';

const shownNames = 3;

export interface GoneCasesRequest {
  readonly inputs: PromptRegressionInputs;
  readonly suite: Suite;
  readonly found: PresentBaseline;
  readonly sha256: (data: Uint8Array) => string;
}

/** Reads the old cases only where a file of the suite is another now; what cannot be read without code is not told. */
export async function goneCases(request: GoneCasesRequest, ports: PromptPorts): Promise<readonly Problem[]> {
  const { inputs, suite, found } = request;
  const { commit } = found.source;
  if (commit === undefined || inputs.case !== undefined || inputs.filter !== undefined) return [];
  // That none is left is an error of its own.
  if (suite.suite.cases.length === 0) return [];
  if (!(await isChanged(request, commit, ports))) return [];
  const old = await readWhole({
    file: found.path,
    workspace: atCommit(ports, commit),
    scripts: undefined,
    environment: allowedEnvironment(inputs, ports.environment),
    compat: inputs.compat,
    allowPython: false,
  });
  const ids = new Set(suite.suite.cases.map(({ id }) => id));
  const gone = (old.value?.cases ?? []).filter(({ id }) => !ids.has(id));
  if (gone.length === 0) return [];
  const names = gone.slice(0, shownNames).map(({ id }) => `"${id}"`);
  const more = gone.length > shownNames ? ` and ${gone.length - shownNames} more` : '';
  return [
    {
      code: 'CASES_GONE',
      severity: 'warning',
      message: `${gone.length} of the baseline's ${old.value?.cases.length ?? 0} cases ${gone.length === 1 ? 'is' : 'are'} not in the suite any more: ${names.join(', ')}${more}.`,
      hint: 'This verdict says nothing of them. One that got another name or other text counts as gone.',
      file: suite.suite.file,
    },
  ];
}

async function isChanged(
  { inputs, suite, found, sha256 }: GoneCasesRequest,
  commit: string,
  { history }: PromptPorts,
): Promise<boolean> {
  if (suite.textOf(inputs.prompt) !== found.text) return true;
  for (const { path, digest } of suite.inputs) {
    if (path === undefined || path === inputs.prompt) continue;
    const bytes = await history.read(commit, path);
    if (bytes === undefined || sha256(bytes) !== digest) return true;
  }
  return false;
}
