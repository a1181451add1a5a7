// Finds and reads the gate policy.
import { GatePolicy } from '../formats/gate-policy.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import { parseYaml, readYaml } from '../formats/read-yaml.ts';
import type { Workspace } from '../ports/workspace.ts';
import { besidePath } from './business-policy.ts';
import { contradictions, type PolicyPlace } from './contradictions.ts';
import { evalsAsMetrics, evidenceProblems } from './eval-run/policy.ts';
import { problemOf } from './reason.ts';

export interface ReadPolicy {
  readonly policy: GatePolicy;
  readonly path: string;
  readonly text: string;
  /** Made of the inputs: there is no file, and `path` is what is judged. */
  readonly adHoc?: true;
  /** Where a key metric stands in the file. */
  readonly place: (metric: string) => { readonly file: string; readonly line?: number };
}

export async function readPolicy(asked: string | undefined, workspace: Workspace): Promise<Read<ReadPolicy>> {
  const found = await policyPath(asked, workspace);
  if (found.value === undefined) return { problems: found.problems };
  const path = found.value;
  let text: string | undefined;
  try {
    text = await workspace.readText(path);
  } catch (error) {
    return {
      problems: [
        problemOf(error, { code: 'POLICY_UNREADABLE', file: path, hint: 'Give the path of a *.gate.yml file.' }),
      ],
    };
  }
  if (text === undefined) {
    return {
      problems: [
        {
          ...problem('POLICY_MISSING', `There is no policy "${path}".`, 'Give the path of a *.gate.yml file.'),
          file: path,
        },
      ],
    };
  }
  const source = { text, file: path };
  const read = readYaml(source, GatePolicy, 'POLICY');
  if (read.value === undefined) return { problems: read.problems };
  const policy = evalsAsMetrics(read.value);
  const document = parseYaml(source, 'POLICY').value;
  const place: ReadPolicy['place'] = (metric) => {
    const section = ['metrics', 'guards'].filter((name) => metric in policy[name as 'metrics' | 'guards']);
    const keys = policy.evals === undefined ? section : ['evals', ...section];
    const [steps, key] = besidePath(policy, metric) ?? [keys, metric];
    const { line } = document?.place(steps, key) ?? {};
    return { file: path, ...(line !== undefined && { line }) };
  };
  const placeOf: PolicyPlace = (keys, key) => {
    const { line } = document?.place(keys, key) ?? {};
    return { file: path, ...(line !== undefined && { line }) };
  };
  const problems = [...read.problems, ...contradictions(read.value, placeOf), ...evidenceProblems(read.value, placeOf)];
  return hasErrors(problems) ? { problems } : { value: { policy, path, text, place }, problems };
}

async function policyPath(asked: string | undefined, workspace: Workspace): Promise<Read<string>> {
  if (asked !== undefined) return { value: asked, problems: [] };
  const found = await workspace.list('**/*.gate.yml');
  const [only] = found;
  if (only !== undefined && found.length === 1) return { value: only, problems: [] };
  const message =
    found.length === 0
      ? 'There is no *.gate.yml in the repository.'
      : `There are ${found.length} policies: ${found.slice(0, 8).join(', ')}.`;
  const hint =
    found.length === 0
      ? 'Write one; or give "task", for example classification, and the comparison needs none.'
      : 'Name the policy with the input "policy".';
  return { problems: [problem('POLICY_MISSING', message, hint)] };
}

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });
