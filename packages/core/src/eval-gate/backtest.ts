// Would this policy have decided well? Every registered version is judged once more, by today's policy on today's rows,
// against what was in production when it came, beside what became of it.
import type { Outcome } from '../formats/outcome.ts';
import type { Problem } from '../formats/problem.ts';
import type { Report } from '../formats/report.ts';
import type { RunContext } from '../formats/run-context.ts';
import { compareVersions, parseVersion } from '../formats/version-ref.ts';
import type { Verdict } from '../formats/verdict.ts';
import type { RegisteredVersion, RegistryEvent } from '../ports/registry.ts';
import type { Workspace } from '../ports/workspace.ts';
import { backtestReport } from './backtest-report.ts';
import { gateModel, type GateWorld } from './gate-model.ts';
import type { EvalGateInputs } from './inputs.ts';
import { readPolicy } from './read-policy.ts';
import { problemOf } from './reason.ts';
import { errorReport } from './section.ts';

/** What became of a version, as its tags tell. */
export type Fate = 'in production' | 'was in production' | 'rolled back' | 'never in production';

export interface Backtested {
  readonly version: RegisteredVersion;
  /** What held `production` when the version came; undefined for the first. */
  readonly against: string | undefined;
  readonly fate: Fate;
  readonly verdict: Verdict;
  readonly report: Report;
}

const label = 'production';

/** Every version is run on its own, by the policy's file: these would speak for all of them alike. */
const notOfThePast = ['candidate', 'variant', 'predictions', 'baseline-predictions', 'task', 'self-check'] as const;

/**
 * @returns an outcome without a run: it is no evidence for any of them. Its verdict is about the backtest: pass where
 * every version could be judged, else error; `usage` is true where the policy cannot be backtested
 */
export async function backtestPolicy({
  inputs,
  ...world
}: GateWorld & { readonly inputs: EvalGateInputs }): Promise<Outcome> {
  const { versions = 20 } = inputs;
  if (!Number.isSafeInteger(versions) || versions < 1) return usageOutcome(inputs.policy ?? 'eval-gate', [fewVersions]);
  const idle = notOfThePast.filter((name) => inputs[name] !== undefined && inputs[name] !== false);
  if (idle.length > 0) return usageOutcome(inputs.policy ?? 'eval-gate', [contradicting(idle)]);
  const read = await readPolicy(inputs.policy, world.workspace);
  if (read.value === undefined) return usageOutcome(inputs.policy ?? 'eval-gate', read.problems);
  const { policy, path } = read.value;
  const model = policy.model;
  if (model === undefined) return usageOutcome(policy.name, [withoutModel(path)]);
  let registered: readonly RegisteredVersion[];
  let events: readonly RegistryEvent[];
  try {
    registered = (await world.registry.list(policy.name)).toSorted(byVersion);
    events = await world.registry.history(policy.name);
  } catch (error) {
    const hint = 'Fetch the whole history with its tags (`fetch-depth: 0`).';
    return usageOutcome(policy.name, [problemOf(error, { code: 'GATE_BACKTEST_REGISTRY', file: path, hint })]);
  }
  if (registered.length === 0) return usageOutcome(policy.name, [nothingRegistered(policy.name, path)]);
  const judged: Backtested[] = [];
  for (const version of registered.slice(-versions)) {
    const against = holderBefore(version, events);
    world.context.progress(`judging ${version.version} against ${against ?? 'nothing'}`);
    // Not `store`: a look back is no look at a pull request, and stored answers are those of other policies.
    const { store: _, ...past } = world;
    const { report } = await gateModel({
      ...past,
      workspace: await workspaceWith(world, { path: model, version }),
      inputs: { ...inputs, candidate: model, baseline: against ?? 'none' },
    });
    judged.push({ version, against, fate: fateOf(version, events), verdict: report.verdict, report });
  }
  const report = backtestReport(policy, judged, { left: registered.length - judged.length, place: { file: path } });
  return { report, results: { 'report.json': JSON.stringify(report) }, usage: false };
}

/** The tree as it is, but for the model, which is the version's own. */
async function workspaceWith(
  { workspace, history, context }: Pick<GateWorld, 'workspace' | 'history'> & { readonly context: RunContext },
  { path, version }: { readonly path: string; readonly version: RegisteredVersion },
): Promise<Workspace> {
  const bytes = await history.read(version.commit, path).catch(() => undefined);
  return {
    ...workspace,
    read: async (asked) => (asked === path ? bytes : workspace.read(asked)),
    fingerprint: async (asked) => {
      if (asked !== path) return workspace.fingerprint(asked);
      return bytes === undefined ? undefined : { digest: context.sha256(bytes), bytes: bytes.length };
    },
  };
}

/** Who held the label just before a version was registered. */
function holderBefore(version: RegisteredVersion, events: readonly RegistryEvent[]): string | undefined {
  const registration = events.findIndex((event) => event.action === 'register' && event.version === version.version);
  return holderAfter(events.slice(0, Math.max(0, registration)));
}

function holderAfter(events: readonly RegistryEvent[]): string | undefined {
  let holder: string | undefined;
  for (const event of events) {
    if (event.label !== label) continue;
    if (event.action === 'label') holder = event.version;
    if (event.action === 'unlabel') holder = undefined;
  }
  return holder;
}

function fateOf({ version }: RegisteredVersion, events: readonly RegistryEvent[]): Fate {
  const moves = events.filter((event) => event.action === 'label' && event.label === label);
  const first = moves.findIndex((move) => move.version === version);
  if (first === -1) return 'never in production';
  if (holderAfter(events) === version) return 'in production';
  const next = moves.slice(first + 1).find((move) => move.version !== version)?.version;
  const [after, own] = [next === undefined ? undefined : parseVersion(next), parseVersion(version)];
  const lower = after !== undefined && own !== undefined && compareVersions(after, own) < 0;
  return lower ? 'rolled back' : 'was in production';
}

function byVersion(a: RegisteredVersion, b: RegisteredVersion): number {
  const [left, right] = [parseVersion(a.version), parseVersion(b.version)];
  return left === undefined || right === undefined ? 0 : compareVersions(left, right);
}

const usageOutcome = (name: string, problems: readonly Problem[]): Outcome => ({
  report: errorReport(name, problems),
  results: {},
  usage: true,
});

const contradicting = (names: readonly string[]): Problem => ({
  code: 'GATE_BACKTEST_INPUTS',
  severity: 'error',
  message: `"${names.join('", "')}" cannot be given with "backtest".`,
  hint: 'It judges every registered version by the policy alone: leave out what speaks for one of them.',
});

const fewVersions: Problem = {
  code: 'GATE_BACKTEST_VERSIONS',
  severity: 'error',
  message: '`versions` must be a whole number, 1 or more.',
  hint: 'Leave it out for the newest 20.',
};

const withoutModel = (file: string): Problem => ({
  code: 'GATE_BACKTEST_MODEL',
  severity: 'error',
  message: 'The policy does not say where the model lies, so past versions cannot be found.',
  hint: 'Name its path in the policy: `model: models/NAME.onnx`. Every version is read there, at its own commit.',
  file,
});

const nothingRegistered = (name: string, file: string): Problem => ({
  code: 'GATE_BACKTEST_VERSIONS',
  severity: 'error',
  message: `No version of ${name} is registered.`,
  hint: `Register past versions: pawl registry register ${name} --ref COMMIT.`,
  file,
});
