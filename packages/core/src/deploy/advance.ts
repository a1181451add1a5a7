// One transition of a rollout: does what the state asks for, and says what came of it. Every action can be
// repeated, so a process that dies between doing and recording leaves nothing that the next one cannot take up.
import { servedAsOf, type Actors, type Next } from './actors.ts';
import { readArtifact } from './candidate.ts';
import { askGate } from './gate.ts';
import { observeStep } from './observe.ts';
import { beginStep, endRollback, promoteAll, stableNow } from './route.ts';
import type { Rollout } from './rollout.ts';

/**
 * @returns the next transition, or undefined when there is nothing to do but wait
 * @throws whatever target, splitter, registry or store throw when they cannot be reached; the state stays
 */
export async function advance(rollout: Rollout, actors: Actors): Promise<Next | undefined> {
  switch (rollout.state) {
    case 'requested':
      return passGate(rollout, actors);
    case 'gated':
      return orRollBack(() => stage(rollout, actors));
    case 'staged':
      return orRollBack(async () => {
        await actors.target.load(rollout.name, servedAsOf(rollout));
        return { state: 'loaded' };
      });
    case 'loaded':
      return orRollBack(() => prove(rollout, actors));
    case 'verified':
      return rollout.previous === undefined
        ? promoteAll(rollout, actors, { reason: 'it is the first version, with nothing to compare it with' })
        : beginStep(rollout, actors, { step: 0, carried: {} });
    case 'step':
    case 'held':
      return observeStep(rollout, actors);
    case 'rolling-back':
      return endRollback(rollout, actors);
    case 'promoted':
    case 'rolled-back':
    case 'refused':
      return undefined;
  }
}

async function passGate(rollout: Rollout, actors: Actors): Promise<Next> {
  const { requires } = rollout.deployment;
  const forced = rollout.gate?.forced;
  const answer = requires.gate
    ? await askGate({ name: rollout.name, digest: rollout.digest, requires }, actors)
    : undefined;
  if (answer !== undefined && 'refusal' in answer && (forced === undefined || answer.final === true)) {
    return { state: 'refused', reason: answer.refusal };
  }
  const passed = answer !== undefined && 'run' in answer ? answer.run : undefined;
  const overruled =
    answer !== undefined && 'refusal' in answer && forced !== undefined ? { forced, against: answer.refusal } : {};
  const gate = passed !== undefined ? { run: passed } : overruled;
  const version =
    rollout.version ??
    (
      await actors.registry.register({
        name: rollout.name,
        commit: rollout.commit,
        message:
          passed === undefined ? `Deployed: ${forced ?? 'no gate is required'}` : `Passed eval-gate run ${passed}`,
      })
    ).version;
  const previous = await stableNow(rollout, actors);
  return { state: 'gated', gate, version, ...(previous !== undefined && { previous }) };
}

async function stage(rollout: Rollout, actors: Actors): Promise<Next> {
  const artifact = await readArtifact(rollout.deployment, rollout.commit, {
    history: actors.history,
    sha256: actors.context.sha256,
  });
  if (artifact.value === undefined) {
    return { state: 'rolling-back', reason: artifact.problems[0]?.message ?? 'its files cannot be read' };
  }
  if (artifact.value.digest !== rollout.digest) {
    return { state: 'rolling-back', reason: 'its bytes are not those that passed the gate' };
  }
  const { servedAs } = await actors.target.stage({
    name: rollout.name,
    version: rollout.version ?? '',
    digest: rollout.digest,
    files: artifact.value.files,
  });
  return { state: 'staged', servedAs };
}

async function prove(rollout: Rollout, actors: Actors): Promise<Next> {
  const artifact = await readArtifact(rollout.deployment, rollout.commit, {
    history: actors.history,
    sha256: actors.context.sha256,
  });
  const proof = await actors.target.prove(rollout.name, servedAsOf(rollout), artifact.value?.samples ?? []);
  const checks = [...proof.checks];
  const failed = checks.find((check) => !check.ok);
  if (proof.ready) return { state: 'verified', proof: checks };
  return {
    state: 'rolling-back',
    proof: checks,
    reason: failed === undefined ? 'it did not become ready' : `${failed.name}: ${failed.detail}`,
  };
}

/** A model that the server will not have is the candidate's fault and ends its rollout; a server that is away is nobody's. */
async function orRollBack(work: () => Promise<Next>): Promise<Next> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || (error as { code?: unknown }).code !== 'TARGET_REJECTED_MODEL') throw error;
    return { state: 'rolling-back', reason: error.message.replace(/\.$/, '') };
  }
}
