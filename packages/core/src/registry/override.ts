// Who may force a model past its gate: what the model's own policy says, beside the rules of pawl.yml.
import { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem } from '../formats/problem.ts';
import { readYaml } from '../formats/read-yaml.ts';
import type { Workspace } from '../ports/workspace.ts';
import { isOneOf, personText, type Person } from './policy.ts';

/**
 * Every gate policy of this name that says who may must hold the person; one that says nothing leaves it to pawl.yml.
 * @returns why this person may not; undefined when they may
 */
export async function barredFromForcing(
  name: string,
  person: Person,
  workspace: Pick<Workspace, 'list' | 'readText'>,
): Promise<Problem | undefined> {
  for (const file of await workspace.list('**/*.gate.yml')) {
    const text = await workspace.readText(file);
    const policy = text === undefined ? undefined : readYaml({ text, file }, GatePolicy, 'GATE').value;
    if (policy?.name !== name || policy.override === undefined) continue;
    const { by } = policy.override;
    if (isOneOf(person, by)) continue;
    return {
      code: 'REGISTRY_OVERRIDE_NOT_ALLOWED',
      severity: 'error',
      message: `${personText(person)} may not force ${name} past its gate, says ${file}.`,
      hint: `Ask ${by.slice(0, 5).join(', ')}${by.length > 5 ? ' or another of its list' : ''}, or let the gate judge again.`,
      file,
    };
  }
  return undefined;
}
