// Finds and reads the gate policy.
import { GatePolicy } from '../formats/gate-policy.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import { parseYaml, readYaml } from '../formats/read-yaml.ts';
import type { Workspace } from '../ports/workspace.ts';
import { problemOf } from './reason.ts';

export interface ReadPolicy {
  readonly policy: GatePolicy;
  readonly path: string;
  readonly text: string;
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
  const policy = read.value;
  const document = parseYaml(source, 'POLICY').value;
  const place: ReadPolicy['place'] = (metric) => {
    const section = ['metrics', 'guards'].filter((name) => metric in policy[name as 'metrics' | 'guards']);
    const { line } = document?.place(section, metric) ?? {};
    return { file: path, ...(line !== undefined && { line }) };
  };
  const problems = [...read.problems, ...contradictions(policy, place)];
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
  return { problems: [problem('POLICY_MISSING', message, 'Name the policy with the input "policy".')] };
}

/** What the schema cannot say: keys that contradict each other. */
function contradictions(policy: GatePolicy, place: ReadPolicy['place']): Problem[] {
  const problems: Problem[] = Object.keys(policy.guards)
    .filter((name) => name in policy.metrics)
    .map((name) => ({
      ...problem(
        'POLICY_INVALID',
        `"${name}" is a key metric and a guard.`,
        'Keep it in one of the two; a key metric can have bounds too.',
      ),
      ...place(name),
    }));
  if (policy.headline !== undefined && !(policy.headline in policy.metrics)) {
    problems.push({
      ...problem(
        'POLICY_INVALID',
        `The headline "${policy.headline}" is no key metric.`,
        `Name one of: ${Object.keys(policy.metrics).join(', ')}.`,
      ),
      file: place('').file,
    });
  }
  return problems;
}

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });
