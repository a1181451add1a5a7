// Moves a label when the rules allow it: who asks, and what the gates said about exactly these bytes. What was forced is
// recorded twice, in the tag and in the store.
import type { Sha256 } from '../formats/canonical.ts';
import type { PromotionPolicy } from '../formats/config.ts';
import type { Problem } from '../formats/problem.ts';
import type { RunKind } from '../formats/run-kind.ts';
import type { Verdict } from '../formats/verdict.ts';
import type { Clock, IdSource } from '../ports/clock.ts';
import type { History } from '../ports/history.ts';
import type { RegisteredVersion, Registry } from '../ports/registry.ts';
import type { Store } from '../ports/store.ts';
import type { Workspace } from '../ports/workspace.ts';
import { askGate, type GateAnswer } from './ask-gate.ts';
import { barredFromForcing } from './override.ts';
import { notAllowed, promotionRule, type Person, type PromotionRule } from './policy.ts';
import { recordPromotion } from './record-promotion.ts';
import { findSubjects, subjectDigest, type Subject } from './subject.ts';
import { readPromptAt } from './moved-prompt.ts';

export interface PromotionRequest {
  readonly version: RegisteredVersion;
  readonly label: string;
  readonly message?: string;
  /** Go on although evidence is thin or missing. */
  readonly force: boolean;
  readonly person: Person;
  readonly policies: readonly PromotionPolicy[];
}

export interface PromotionPorts {
  readonly workspace: Pick<Workspace, 'list' | 'readText' | 'fingerprint'>;
  readonly history: Pick<History, 'read' | 'list'>;
  readonly registry: Registry;
  readonly store: Pick<Store, 'list' | 'read' | 'add'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: IdSource;
  readonly sha256: Sha256;
}

export type Promotion =
  | {
      readonly state: 'moved' | 'unchanged';
      /** Runs whose verdicts let it happen. */
      readonly gates: readonly string[];
      /** What was against it. */
      readonly forced?: string;
      /** The store did not take the record; the tag has it. */
      readonly unrecorded?: string;
    }
  | {
      readonly state: 'refused';
      readonly problem: Problem;
      /** Absent when the request itself is wrong. */
      readonly verdict?: Exclude<Verdict, 'pass'>;
    };

export async function promote(request: PromotionRequest, ports: PromotionPorts): Promise<Promotion> {
  const { version, label, person, policies, force } = request;
  const { name } = version;
  const why = request.message?.trim() ?? '';
  if (version.labels.includes(label)) return { state: 'unchanged', gates: [] };
  if (force && why === '') return { state: 'refused', problem: forceWithoutReason };
  const rule = promotionRule(policies, { name, label });
  const barred = notAllowed(person, policies, { name, label });
  if (barred !== undefined) return { state: 'refused', verdict: 'fail', problem: barred };
  const answers = await evidenceFor(request, rule, ports);
  const gates = answers.flatMap((answer) => ('run' in answer ? [answer.run] : []));
  const refusals = answers.filter((answer) => 'refusal' in answer);
  const decisive = refusals.find(({ final }) => final === true) ?? (force ? undefined : refusals[0]);
  if (decisive !== undefined) {
    return { state: 'refused', verdict: decisive.verdict, problem: withoutEvidence(request, decisive) };
  }
  // Asked only where something is forced: whoever moves a model that passed needs nobody's leave.
  const overruled = refusals.length === 0 ? undefined : await barredFromForcing(name, person, ports.workspace);
  if (overruled !== undefined) return { state: 'refused', verdict: 'fail', problem: overruled };
  const forced = refusals.length === 0 ? undefined : refusals.map(({ refusal }) => refusal).join('; ');
  const unrecorded = await recordPromotion(
    {
      version,
      label,
      message: why === '' ? `Label ${name}@${version.version} ${label}` : why,
      gates,
      ...(forced !== undefined && { forced: { against: forced, why } }),
      actor: person.githubActor ?? person.name,
    },
    ports,
  );
  return {
    state: 'moved',
    gates,
    ...(forced !== undefined && { forced }),
    ...(unrecorded !== undefined && { unrecorded }),
  };
}

/** One answer for each run that is asked for; a name whose bytes nobody knows cannot have been judged. */
async function evidenceFor(
  { version, label }: PromotionRequest,
  rule: PromotionRule,
  ports: PromotionPorts,
): Promise<readonly GateAnswer[]> {
  if (rule.requires !== 'gate' && rule.requires.length === 0) return [];
  const found = await findSubjects(version.name, ports.workspace, rule.path);
  const subjects = found.value ?? [];
  const [problem] = found.problems;
  if (problem !== undefined) return [thin(problem.message.replace(/\.$/, ''))];
  if (rule.requires === 'gate' && subjects.length === 0) return [thin(unknownFiles(version.name))];
  const wanted: readonly (readonly [RunKind, Subject | undefined])[] =
    rule.requires === 'gate'
      ? subjects.map((subject) => [subject.gate, subject])
      : rule.requires.map((kind) => [kind, subjects.find((subject) => judges(kind, subject))]);
  const notBefore = rule.maxAgeMs === undefined ? {} : { notBefore: ports.clock.now() - rule.maxAgeMs };
  const asking = { name: version.name, label, boundPredictions: rule.boundPredictions, ...notBefore };
  const answers: GateAnswer[] = [];
  for (const [kind, subject] of wanted) {
    const digest =
      subject === undefined
        ? undefined
        : await subjectDigest(
            subject,
            async (path) => (await readPromptAt(ports, version.commit, path))?.bytes,
            ports.sha256,
          );
    if (subject === undefined) answers.push(thin(unknownFiles(version.name)));
    else if (digest === undefined) {
      answers.push(thin(`commit ${version.commit.slice(0, 7)} has no ${subject.paths.join(' and ')} that can be read`));
    } else {
      const evidence = kind === 'eval-gate' ? { evidence: ports.workspace } : {};
      answers.push(await askGate({ ...asking, digest, kind, ...evidence }, ports));
    }
  }
  return answers;
}

const judges = (kind: RunKind, { gate }: Subject): boolean => (kind === 'deploy' ? 'eval-gate' : kind) === gate;

const thin = (refusal: string): GateAnswer => ({ refusal, verdict: 'inconclusive' });

const unknownFiles = (name: string): string =>
  `no *.prompt.yml, *.deploy.yml or *.gate.yml says which files ${name} stands for`;

const forceWithoutReason: Problem = {
  code: 'REGISTRY_FORCE_REASON',
  severity: 'error',
  message: 'A label is not forced without a reason.',
  hint: 'Say why: --force --message "the gate data arrives tomorrow, see #123".',
};

function withoutEvidence(
  { version, label }: PromotionRequest,
  { refusal, final }: Exclude<GateAnswer, { readonly run: string }>,
): Problem {
  return {
    code: final === true ? 'REGISTRY_GATE_FAILED' : 'REGISTRY_GATE_MISSING',
    severity: 'error',
    message: `${version.name}@${version.version} does not become ${label}: ${refusal.replace(/\.$/, '')}.`,
    hint:
      final === true
        ? 'A failed gate is not forced: mend it and let the gate judge again.'
        : 'Let the gate judge this version ("pawl gate", "pawl eval"), or go on with --force --message WHY, which is recorded.',
  };
}
