// The gate a rollout must have passed: the registry's rule, with the policy that the deployment file names.
import type { Deployment } from '../formats/deployment.ts';
import type { Registry } from '../ports/registry.ts';
import type { Store } from '../ports/store.ts';
import type { Workspace } from '../ports/workspace.ts';
import { askGate as askRegistry, type GateAnswer } from '../registry/index.ts';

export interface GatePorts {
  readonly store: Store;
  readonly workspace: Workspace;
  readonly registry: Registry;
  /** The label whose holder a candidate must be compared with. */
  readonly label: string;
}

export async function askGate(
  subject: { readonly name: string; readonly digest: string; readonly requires: Deployment['requires'] },
  { store, workspace, registry, label }: GatePorts,
): Promise<GateAnswer> {
  const { name, digest, requires } = subject;
  const question = { name, digest, kind: 'eval-gate', label, evidence: workspace } as const;
  if (requires.policy === undefined) return askRegistry(question, { store, registry });
  const file = await workspace.fingerprint(requires.policy);
  if (file === undefined) {
    return { refusal: `the policy ${requires.policy} that must have judged it does not exist`, verdict: 'error' };
  }
  return askRegistry({ ...question, policy: { path: requires.policy, digest: file.digest } }, { store, registry });
}
