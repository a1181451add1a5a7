// Which eval speaks for production: the run that the candidate's own run was compared with, else the one made at the
// commit that the label names.
import { findVersion, productionOf, sourceOf, versionAsked, type NamedVersion } from '../../baseline/index.ts';
import type { GatePolicy } from '../../formats/gate-policy.ts';
import type { History } from '../../ports/history.ts';
import type { Registry } from '../../ports/registry.ts';
import type { Baseline } from '../baseline.ts';
import { unreadable, withoutProduction } from '../baseline-states.ts';
import { reasonOf } from '../reason.ts';
import { findRun, isRunAddress, runAtCommit, type RunWorld, type StoredEval } from './find-run.ts';
import { suiteOf } from './policy.ts';

export interface EvalBaselineWorld extends RunWorld {
  readonly registry: Registry;
  readonly history: History;
}

export async function resolveEvalBaseline(
  asked: string,
  { policy, candidate }: { readonly policy: GatePolicy; readonly candidate: StoredEval },
  world: EvalBaselineWorld,
): Promise<Baseline> {
  try {
    if (asked === 'none') return { state: 'absent', why: 'no comparison was asked for' };
    if (isRunAddress(asked)) return await atAddress(asked, world);
    if (asked === 'auto' || asked === 'required') {
      const version = await productionOf(policy.name, world.registry);
      if (version === undefined) return withoutProduction(asked, policy.name);
      return await atVersion(version, { policy, candidate, world });
    }
    const version = await findVersion(versionAsked(asked, policy.name), world.registry);
    if (version !== undefined) return await atVersion(version, { policy, candidate, world });
    const commit = await world.history.resolve(asked);
    if (commit === undefined) {
      return unreadable(
        `"${asked}" is no run, no version and no Git ref.`,
        'Give `auto`, `none`, run:ID, latest:prompt-regression/NAME, a version (`name@v1.2.3`) or a Git ref.',
      );
    }
    const words = `${asked} (${commit.slice(0, 7)})`;
    return await atCommit(commit, { source: 'ref', name: asked, commit }, words, { policy, candidate, world });
  } catch (error) {
    const { message, hint } = reasonOf(error);
    return unreadable(`The baseline "${asked}" cannot be read: ${message}`, hint ?? 'Name another baseline.');
  }
}

async function atAddress(asked: string, world: EvalBaselineWorld): Promise<Baseline> {
  const found = await findRun(asked, world);
  if (found.value === undefined) return { state: 'unreadable', problem: found.problems[0]! };
  const { run } = found.value;
  return {
    state: 'present',
    source: { source: 'file', name: `run:${run.id}`, date: run.startedAt },
    words: `run ${run.id}`,
    path: `run ${run.id}`,
    evalSide: { stored: found.value, half: 'after' },
  };
}

interface Looking {
  readonly policy: GatePolicy;
  readonly candidate: StoredEval;
  readonly world: EvalBaselineWorld;
}

type Source = Extract<Baseline, { state: 'present' }>['source'];

function atVersion(named: NamedVersion, looking: Looking): Promise<Baseline> {
  const { name, version, commit } = named.version;
  return atCommit(commit, sourceOf(named), `${name}@${version}`, looking);
}

async function atCommit(commit: string, source: Source, words: string, looking: Looking): Promise<Baseline> {
  const { candidate, policy, world } = looking;
  const present = (stored: StoredEval, half: 'before' | 'after'): Baseline => ({
    state: 'present',
    source,
    words,
    path: words,
    evalSide: { stored, half },
  });
  // The same cases, asked on the same day: better evidence than what was found when production was evaluated.
  if (candidate.run.baseline?.commit === commit && candidate.cases.every(({ before }) => before !== null))
    return present(candidate, 'before');
  const name = suiteOf(policy);
  const id = world.store === undefined ? undefined : await runAtCommit(name, commit, world.store);
  if (id === undefined) {
    return unreadable(
      `${words} (commit ${commit.slice(0, 7)}) has no prompt-regression run of "${name}" in the store that was made without other changes.`,
      `Evaluate the candidate against it (\`pawl eval … --baseline ${commit.slice(0, 7)}\`), or name a run: --baseline run:ID.`,
    );
  }
  const found = await findRun(`run:${id}`, world);
  return found.value === undefined
    ? { state: 'unreadable', problem: found.problems[0]! }
    : present(found.value, 'after');
}
