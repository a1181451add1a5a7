// The gate a version must have passed: on exactly these bytes, and by exactly this policy when one is named.
import type { Deployment } from '../formats/deployment.ts';
import type { Run } from '../formats/run.ts';
import type { Registry } from '../ports/registry.ts';
import type { Store } from '../ports/store.ts';
import type { Workspace } from '../ports/workspace.ts';

/** `final`: evidence against it, which no reason given can overrule; thin or missing evidence can be, on record. */
export type GateAnswer = { readonly run: string } | { readonly refusal: string; readonly final?: true };

export interface GatePorts {
  readonly store: Store;
  readonly workspace: Workspace;
  readonly registry: Registry;
  /** The label whose holder a candidate must be compared with. */
  readonly label: string;
}

/** The newest run on a digest decides: a pass that a later run took back does not count. */
export async function askGate(
  subject: { readonly name: string; readonly digest: string; readonly requires: Deployment['requires'] },
  { store, workspace, registry, label }: GatePorts,
): Promise<GateAnswer> {
  const { name, digest, requires } = subject;
  const policy = requires.policy === undefined ? undefined : await workspace.fingerprint(requires.policy);
  if (requires.policy !== undefined && policy === undefined) {
    return { refusal: `the policy ${requires.policy} that must have judged it does not exist` };
  }
  const summaries = await store.list({ kind: 'eval-gate', subject: digest });
  for (const { id } of summaries) {
    const run = await store.read(id);
    if (run === undefined || !counts(run, policy?.digest)) continue;
    if (run.verdict === 'pass') {
      if (!(await avoidedProduction(run, { name, label }, registry))) return { run: run.id };
      return { refusal: `its newest eval-gate run compared it with nothing, though a version held ${label} by then` };
    }
    const refusal = `its newest eval-gate run says ${run.verdict ?? 'nothing'}: ${run.headline ?? run.id}`;
    return run.verdict === 'fail' || run.verdict === 'error' ? { refusal, final: true } : { refusal };
  }
  const by = requires.policy === undefined ? '' : ` by ${requires.policy}`;
  return { refusal: `no eval-gate run has judged these bytes${by} (${digest.slice(0, 19)}…)` };
}

/** A fork's record is shown and never believed; an advisory run never fails, so its pass says nothing. */
function counts(run: Run, policyDigest: string | undefined): boolean {
  if (run.origin.trust === 'fork' || run.advisory === true) return false;
  return (
    policyDigest === undefined || run.inputs.some((input) => input.role === 'policy' && input.digest === policyDigest)
  );
}

/**
 * Absolute bounds are enough for a first version only. A run without a baseline, made when there was a version to
 * compare with, shows nothing about getting worse.
 */
async function avoidedProduction(
  run: Run,
  held: { readonly name: string; readonly label: string },
  registry: Registry,
): Promise<boolean> {
  if (run.baseline?.source !== 'none') return false;
  const events = await registry.history(held.name);
  const seconds = (time: string): string => time.slice(0, 19);
  return events.some(
    ({ action, label, at }) => action === 'label' && label === held.label && seconds(at) <= seconds(run.startedAt),
  );
}
