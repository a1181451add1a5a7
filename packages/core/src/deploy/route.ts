// What a rollout does to the splitter, the target and the label. Each function can be repeated.
import { canonicalJson } from '../formats/canonical.ts';
import type { Endpoint } from '../ports/deploy-target.ts';
import type { Route } from '../ports/splitter.ts';
import { recordPromotion } from '../registry/index.ts';
import { servedAsOf, type Actors, type Next } from './actors.ts';
import { noCounts, type Pair, type Rollout, type Served, type StepRecord } from './rollout.ts';

/** The version that answers now: by the splitter's route, else by the newest rollout that was promoted and stayed. */
export async function stableNow(rollout: Rollout, actors: Actors): Promise<Served | undefined> {
  const { name } = rollout;
  const known = (await actors.recent()).filter((other) => other.id !== rollout.id && other.servedAs !== undefined);
  const route = (await actors.splitter.get(name))?.route;
  if (route !== undefined) {
    const { version, endpoint } = route.stable;
    const before = known.find((other) => other.version === version);
    return { version, endpoint: { ...endpoint }, ...(before?.servedAs !== undefined && { servedAs: before.servedAs }) };
  }
  const last = known.find((other) => other.state === 'promoted' || other.previous?.servedAs !== undefined);
  if (last === undefined) return undefined;
  // The splitter was started anew: what the record says served before it does so again.
  const { version, servedAs } = last.state === 'promoted' ? last : (last.previous ?? {});
  if (version === undefined || servedAs === undefined) return undefined;
  return { version, servedAs, endpoint: { ...actors.target.endpoint(name, servedAs) } };
}

/** Opens a step: weight first, then the counts it starts from. */
export async function beginStep(
  rollout: Rollout,
  actors: Actors,
  begun: { step: number; carried: Rollout['carried']; finished?: StepRecord; reason?: string },
): Promise<Next> {
  await setRoute(rollout, actors, begun.step);
  return {
    state: 'step',
    step: begun.step,
    since: actors.clock.now(),
    entry: await readCounts(rollout, actors),
    carried: Object.fromEntries(Object.entries(begun.carried).map(([guard, logs]) => [guard, [...logs]])),
    ...(begun.finished !== undefined && { finished: begun.finished }),
    ...(begun.reason !== undefined && { reason: begun.reason }),
  };
}

/** Everybody meets the new version; the one before stays loaded, so that a rollback needs no load. */
export async function promoteAll(
  rollout: Rollout,
  actors: Actors,
  { reason, finished }: { reason: string; finished?: StepRecord },
): Promise<Next> {
  const { name } = rollout;
  const servedAs = servedAsOf(rollout);
  const version = rollout.version ?? '';
  await replaceRoute(rollout, actors, {
    stable: { version, endpoint: actors.target.endpoint(name, servedAs) },
    canaryWeight: 0,
  });
  await labelPromoted(rollout, actors, reason);
  const kept = new Set([servedAs, rollout.previous?.servedAs]);
  if (rollout.previous === undefined || rollout.previous.servedAs !== undefined) {
    for (const other of await actors.target.served(name)) {
      if (!kept.has(other)) await actors.target.unload(name, other);
    }
  }
  return { state: 'promoted', reason, ...(finished !== undefined && { finished }) };
}

/** Back to the version before: it is loaded, then it answers everybody, then the canary goes. */
export async function endRollback(rollout: Rollout, actors: Actors): Promise<Next> {
  const { name, previous, servedAs } = rollout;
  const served = await actors.target.served(name);
  if (previous !== undefined) {
    if (previous.servedAs !== undefined && !served.includes(previous.servedAs)) {
      await actors.target.load(name, previous.servedAs);
    }
    await replaceRoute(rollout, actors, {
      stable: { version: previous.version, endpoint: stableEndpoint(rollout, actors) },
      canaryWeight: 0,
    });
    const holder = await actors.registry.resolve(name, actors.label);
    if (holder !== undefined && holder.version === rollout.version && previous.version !== rollout.version) {
      // No gate speaks for a way back: its tag has the reason alone.
      const message = `Rolled back: ${rollout.reason ?? ''}`;
      await actors.registry.label({ name, version: previous.version, label: actors.label, message });
    }
  }
  // Without a version before it, an unloaded canary would leave nobody to answer.
  const alone = previous === undefined && rollout.timeline.some(({ state }) => state === 'promoted');
  if (servedAs !== undefined && served.includes(servedAs) && !alone) await actors.target.unload(name, servedAs);
  return { state: 'rolled-back' };
}

/** Sees to it that the splitter divides as the step says, also after the splitter was started anew. */
export async function setRoute(rollout: Rollout, actors: Actors, step: number): Promise<void> {
  const { name, previous, version = '' } = rollout;
  const weight = rollout.deployment.strategy.steps[step]?.weight ?? 0;
  if (previous === undefined) throw new Error(`Rollout ${rollout.id} has steps and nothing to compare with.`);
  await replaceRoute(rollout, actors, {
    stable: { version: previous.version, endpoint: stableEndpoint(rollout, actors) },
    canary: { version, endpoint: actors.target.endpoint(name, servedAsOf(rollout)) },
    canaryWeight: Math.round(weight * 100),
  });
}

/** Cumulative counts of both arms. */
export async function readCounts(rollout: Rollout, actors: Actors): Promise<Pair> {
  const { stable, canary } = await actors.splitter.counts(rollout.name);
  const own = ({ requests, errors, slow }: { requests: number; errors: number; slow: number }) => ({
    requests,
    errors,
    slow,
  });
  return {
    stable: own(stable),
    canary: canary === undefined || canary.version !== rollout.version ? noCounts : own(canary),
  };
}

function stableEndpoint({ name, previous }: Rollout, { target }: Actors): Endpoint {
  if (previous?.servedAs !== undefined) return target.endpoint(name, previous.servedAs);
  const { url = '', path, model } = previous?.endpoint ?? {};
  return { url, ...(path !== undefined && { path }), ...(model !== undefined && { model }) };
}

async function replaceRoute(rollout: Rollout, { splitter }: Actors, arms: Route): Promise<void> {
  const { guards, strategy } = rollout.deployment;
  const route: Route = {
    ...arms,
    ...(guards.latency !== undefined && { objectiveMs: guards.latency['objective-ms'] }),
    ...(strategy.sticky !== undefined && { sticky: strategy.sticky.toLowerCase() }),
  };
  const now = await splitter.get(rollout.name);
  if (now !== undefined && canonicalJson(now.route) === canonicalJson(route)) return;
  await splitter.set(rollout.name, route, now?.etag);
}

/** With the record that "pawl registry label" leaves. */
async function labelPromoted(rollout: Rollout, actors: Actors, reason: string): Promise<void> {
  const { name, version = '', commit, gate } = rollout;
  const { registry, label, context } = actors;
  if ((await registry.resolve(name, label))?.version === version) return;
  const { forced: why, against = why } = gate ?? {};
  await recordPromotion(
    {
      version: { name, version, commit },
      label,
      message: `Promoted: ${reason}`,
      gates: gate?.run === undefined ? [] : [gate.run],
      ...(why !== undefined && against !== undefined && { forced: { against, why } }),
      actor: context.origin.actor ?? (await registry.tagger()).name,
    },
    // A store that does not take it does not take the rollout's next event either, and that is told.
    actors,
  );
}
