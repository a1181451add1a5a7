// The gate a version must have passed, on exactly these bytes. One rule for a rollout and for a label.
import type { RunKind } from '../formats/run-kind.ts';
import type { Run } from '../formats/run.ts';
import { ulidTime } from '../formats/ulid.ts';
import type { Verdict } from '../formats/verdict.ts';
import type { Registry } from '../ports/registry.ts';
import type { Store } from '../ports/store.ts';
import type { Workspace } from '../ports/workspace.ts';

/** `final`: evidence against it, which no reason given can overrule; thin or missing evidence can be, on record. */
export type GateAnswer =
  | { readonly run: string }
  | { readonly refusal: string; readonly verdict: Exclude<Verdict, 'pass'>; readonly final?: true };

export interface GateQuestion {
  /** The registry's name of what is to go forward. */
  readonly name: string;
  readonly digest: string;
  readonly kind: RunKind;
  /** The label whose holder it must have been compared with. */
  readonly label: string;
  /** Only a run judged by this policy file counts. */
  readonly policy?: { readonly path: string; readonly digest: string };
  /** A run that started earlier is too old: milliseconds since 1970. */
  readonly notBefore?: number;
  /** Predictions that stand for a model must have named it. */
  readonly boundPredictions?: boolean;
  /** Where the policy and the data lie now: a pass counts for those it was given, and for no others. */
  readonly evidence?: Pick<Workspace, 'fingerprint'>;
}

export interface GatePorts {
  readonly store: Pick<Store, 'list' | 'read'>;
  readonly registry: Pick<Registry, 'history'>;
}

/**
 * The newest run on a digest decides: a pass that a later run took back does not count. Several suites may judge one
 * prompt: the newest of each, for none of them speaks for the others.
 */
export async function askGate(question: GateQuestion, { store, registry }: GatePorts): Promise<GateAnswer> {
  const { kind, digest, policy } = question;
  const seen = new Set<string>();
  let passed: string | undefined;
  for (const { id, name } of await store.list({ kind, subject: digest })) {
    if (seen.has(name)) continue;
    const run = await store.read(id);
    if (run === undefined || !counts(run, policy?.digest)) continue;
    seen.add(name);
    const { verdict = 'inconclusive' } = run;
    if (verdict !== 'pass') {
      const refusal = `its newest ${kind} run says ${run.verdict ?? 'nothing'}: ${run.headline ?? run.id}`;
      return verdict === 'inconclusive' ? { refusal, verdict } : { refusal, verdict, final: true };
    }
    const avoided = await avoidedHolder(run, question, registry);
    if (avoided !== undefined) return { refusal: `its newest ${kind} run ${avoided}`, verdict: 'inconclusive' };
    if (question.notBefore !== undefined && ulidTime(run.id) < question.notBefore) {
      return {
        refusal: `its newest ${kind} run passed on ${run.startedAt.slice(0, 10)}, too long ago`,
        verdict: 'inconclusive',
      };
    }
    const unbound = question.boundPredictions === true ? unboundPredictions(run) : undefined;
    if (unbound !== undefined) return { refusal: `its newest ${kind} run ${unbound}`, verdict: 'inconclusive' };
    const changed = question.evidence === undefined ? undefined : await changedSince(run, question.evidence);
    if (changed !== undefined) {
      return {
        refusal: `its newest ${kind} run passed with another ${changed.role} (${changed.path} has changed since)`,
        verdict: 'inconclusive',
      };
    }
    passed ??= run.id;
    if (kind !== 'prompt-regression') break;
  }
  if (passed !== undefined) return { run: passed };
  const by = policy === undefined ? '' : ` by ${policy.path}`;
  return {
    refusal: `no ${kind} run has judged these bytes${by} (${digest.slice(0, 19)}…)`,
    verdict: 'inconclusive',
  };
}

/** Why nothing binds the predictions that a gate read to the models they stood for. */
function unboundPredictions({ kind, params, inputs, baseline }: Run): string | undefined {
  const said = ['predictions', 'baseline-predictions'].flatMap((name) => params[name] ?? []);
  if (said.includes('stated')) return 'read predictions that do not name the model they are said to come from';
  // A file that was compared with stands for itself.
  const itself = baseline?.source === 'file' ? baseline.name : undefined;
  const files = inputs.filter(({ role, path }) => role === 'predictions' && path !== undefined && path !== itself);
  return kind === 'eval-gate' && said.length === 0 && files.length > 0
    ? 'does not say whether the predictions that it read name the model they are said to come from'
    : undefined;
}

/** The policy or the data that the run was given, when the file is another one now. One that lies elsewhere cannot be asked. */
async function changedSince(
  run: Run,
  files: Pick<Workspace, 'fingerprint'>,
): Promise<{ readonly role: string; readonly path: string } | undefined> {
  for (const { role, path, digest } of run.inputs) {
    if (path === undefined || (role !== 'policy' && role !== 'data')) continue;
    const now = await files.fingerprint(path);
    // Data may lie elsewhere; a policy that is nowhere was never anybody's rule.
    if (now === undefined ? role === 'policy' : now.digest !== digest) return { role, path };
  }
  return undefined;
}

/**
 * A fork's record is shown and never believed; an advisory run never fails, so its pass says nothing; and a policy that
 * was made of inputs is nobody's but theirs who gave them, as are rows that were given in place of the policy's.
 */
function counts(run: Run, policyDigest: string | undefined): boolean {
  if (run.origin.trust === 'fork' || run.advisory === true) return false;
  if (run.params['policy'] === 'inputs' || run.params['rows'] === 'inputs') return false;
  return (
    policyDigest === undefined || run.inputs.some((input) => input.role === 'policy' && input.digest === policyDigest)
  );
}

/**
 * Absolute bounds are enough for a first version only. A run that compared a model with something else than the holder,
 * though there was one, shows nothing about getting worse than what is there.
 */
async function avoidedHolder(
  run: Run,
  { name, label: wanted, kind }: GateQuestion,
  registry: GatePorts['registry'],
): Promise<string | undefined> {
  const { source, version, name: compared } = run.baseline ?? {};
  if (source === undefined || (kind !== 'eval-gate' && source !== 'none')) return undefined;
  const seconds = (time: string): string => time.slice(0, 19);
  const moves = (await registry.history(name)).filter(({ action, label }) => action === 'label' && label === wanted);
  const before = moves.filter(({ at }) => seconds(at) <= seconds(run.startedAt));
  if (before.length === 0) return undefined;
  if (source === 'none') return `compared it with nothing, though a version held ${wanted} by then`;
  // Tags may be dated some seconds ahead: who held the label just then is told by its last moves, not by one of them.
  const holders = source === 'label' ? moves : [before.at(-1), moves.at(-1)];
  if (version !== undefined && holders.some((move) => move?.version === version)) return undefined;
  return `compared it with ${version ?? compared ?? `a ${source}`}, and not with the version that held ${wanted}`;
}
