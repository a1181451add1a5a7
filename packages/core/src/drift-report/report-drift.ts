// The use case: reference and current data in, report and run out.
import { attachData, dataProblem } from '../dataset/find-data.ts';
import { findBaselineFile } from '../baseline/index.ts';
import { defaultDriftPolicy, readDriftPolicy, type DriftPolicy } from '../formats/drift-policy.ts';
import type { Inputs } from '../formats/inputs.ts';
import type { Outcome } from '../formats/outcome.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import type { BaselineSource } from '../formats/run.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { DataEngine } from '../ports/data-engine.ts';
import type { History } from '../ports/history.ts';
import type { Workspace } from '../ports/workspace.ts';
import { judgeDrift, type DriftJudgement } from './decide.ts';
import type { driftReportInputs } from './inputs.ts';
import { currentView, measureColumns, profileSide, referenceView } from './measure.ts';
import { unknownColumns } from './policy-columns.ts';
import { outcomeOf } from './record.ts';

export interface ReportDrift {
  readonly inputs: Inputs<typeof driftReportInputs>;
  readonly workspace: Workspace;
  /** Needed only when the reference is a baseline. */
  readonly history?: History;
  readonly engine: DataEngine;
  readonly context: RunContext;
}

/** Where the reference was found. */
export interface Reference {
  readonly absolute: string;
  /** What messages call it. */
  readonly shown: string;
  /** Where problems with it are placed; the same as `shown` unless it is from an earlier commit. */
  readonly path?: string;
  readonly source: BaselineSource;
}

/** Everything the record is made of. */
export interface Found {
  readonly problems: readonly Problem[];
  readonly usage: boolean;
  readonly policy?: DriftPolicy;
  readonly reference?: Reference;
  readonly judgement?: DriftJudgement;
  readonly rows?: { readonly reference: number; readonly current: number };
}

/** Compares two datasets column by column; sides that cannot be read, or are empty, are verdict `error`. */
export async function reportDrift(request: ReportDrift): Promise<Outcome> {
  const policy = await readPolicy(request);
  const current = await request.workspace.fingerprint(request.inputs.current);
  const problems: Problem[] = [
    ...policy.problems,
    ...(current === undefined ? [missingFile('current', request.inputs.current)] : []),
  ];
  // The baseline of a file that is not there says nothing that its own absence does not.
  const reference: Read<Reference> =
    current === undefined && isBaseline(request.inputs.reference) ? { problems: [] } : await findReference(request);
  problems.push(...reference.problems);
  const unusable = policy.value === undefined || current === undefined || reference.value === undefined;
  if (unusable || policy.value === undefined || reference.value === undefined) {
    const usage =
      hasErrors(policy.problems) ||
      current === undefined ||
      reference.problems.some(({ code }) => code === 'DATA_MISSING');
    return outcomeOf(request, { problems, usage, ...(policy.value !== undefined && { policy: policy.value }) });
  }
  const found = { problems, usage: false, policy: policy.value, reference: reference.value };
  try {
    return await outcomeOf(request, await compareSides(request, found));
  } catch (cause) {
    return outcomeOf(request, { ...found, problems: [...problems, dataProblem(cause, request.inputs.current)] });
  }
}

async function compareSides(
  request: ReportDrift,
  found: Found & { readonly policy: DriftPolicy; readonly reference: Reference },
): Promise<Found> {
  const { inputs, workspace, engine, context } = request;
  const { policy, reference } = found;
  const before = await attachData(engine, referenceView, reference);
  const after = await attachData(engine, currentView, {
    absolute: await workspace.resolve(inputs.current),
    shown: inputs.current,
  });
  const problems = [...found.problems, ...before.problems, ...after.problems];
  if (before.value === undefined || after.value === undefined) return { ...found, problems };
  const misnamed = unknownColumns(policy, [...before.value, ...after.value], inputs.policy);
  if (misnamed.length > 0) return { ...found, problems: [...problems, ...misnamed], usage: true };
  const sides = {
    reference: await profileSide(engine, referenceView, before.value),
    current: await profileSide(engine, currentView, after.value),
  };
  const rows = { reference: sides.reference.rows, current: sides.current.rows };
  const empty = [
    ...(rows.reference === 0 ? [noRows('reference', reference)] : []),
    ...(rows.current === 0 ? [noRows('current', { shown: inputs.current })] : []),
  ];
  if (empty.length > 0) return { ...found, problems: [...problems, ...empty], rows };
  const measured = await measureColumns(engine, sides, { policy, progress: context.progress });
  return { ...found, problems, rows, judgement: judgeDrift(measured, policy) };
}

async function readPolicy({ inputs, workspace }: ReportDrift): Promise<Read<DriftPolicy>> {
  if (inputs.policy === undefined) return { value: defaultDriftPolicy, problems: [] };
  const text = await workspace.readText(inputs.policy);
  return text === undefined
    ? { problems: [missingFile('policy', inputs.policy)] }
    : readDriftPolicy({ text, file: inputs.policy });
}

const isBaseline = (reference: string): boolean => /^baseline(:|$)/.test(reference);

/** `baseline`, `baseline:<revision>`, or a path. */
async function findReference({ inputs, workspace, history, context }: ReportDrift): Promise<Read<Reference>> {
  const [, , revision = 'auto'] = /^baseline(:(.+))?$/.exec(inputs.reference) ?? [];
  if (!isBaseline(inputs.reference)) {
    const print = await workspace.fingerprint(inputs.reference);
    if (print === undefined) return { problems: [missingFile('reference', inputs.reference)] };
    const source = { source: 'file', name: inputs.reference, digest: print.digest } as const;
    return {
      value: { absolute: await workspace.resolve(inputs.reference), shown: inputs.reference, source },
      problems: [],
    };
  }
  const baseline = await findBaselineFile(
    { wanted: revision, path: inputs.current, baseRef: context.baseRef },
    history,
  );
  if (baseline.state === 'present') {
    const shown = `${inputs.current} at ${baseline.source.commit?.slice(0, 7) ?? 'the baseline'}`;
    return { value: { absolute: baseline.file, shown, path: inputs.current, source: baseline.source }, problems: [] };
  }
  return {
    problems: [
      {
        code: baseline.state === 'absent' ? 'BASELINE_ABSENT' : 'BASELINE_UNREADABLE',
        severity: 'error',
        message: `There is no reference to compare with: ${baseline.reason.replace(/\.$/, '')}.`,
        hint:
          baseline.state === 'unreadable'
            ? baseline.hint
            : 'Name a file as reference, or a commit that has this one: baseline:<commit>.',
        file: inputs.current,
      },
    ],
  };
}

const missingFile = (input: string, path: string): Problem => ({
  code: 'DATA_MISSING',
  severity: 'error',
  message: `There is no file "${path}" (input "${input}").`,
  hint: 'Check the path (from the root of the repository), and that the step which makes the file has run.',
  file: path,
});

const noRows = (side: string, { shown, path = shown }: Pick<Reference, 'shown' | 'path'>): Problem => ({
  code: 'DATA_NO_ROWS',
  severity: 'error',
  message: `The ${side} data "${shown}" have no rows, so nothing could be compared.`,
  hint: 'Check the step that writes them.',
  file: path,
});
