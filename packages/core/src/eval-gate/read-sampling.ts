// The columns that say how rows were sampled: weights, clusters, strata.
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { Sampling } from '../statistics/sampling.ts';
import { missing, quoted, rowsHave, rowsProblem, type Texts } from './alignment.ts';
import { numbers, texts, type EvidencePorts, type OpenTable } from './read-evidence.ts';

/** With fewer clusters the spread between them is itself a guess. */
const fewestClusters = 20;

export interface RawSampling {
  /** NaN where there is no number. */
  readonly weights?: Float64Array | undefined;
  readonly clusters?: Texts | undefined;
  readonly strata?: Texts | undefined;
}

export const samplingColumns = ({ weight, cluster, strata }: GatePolicy['data']): string[] =>
  [weight, cluster, strata].filter((column) => column !== undefined);

export async function readSampling(
  ports: EvidencePorts,
  table: OpenTable,
  { id, weight, cluster, strata }: GatePolicy['data'],
): Promise<RawSampling> {
  return {
    ...(weight !== undefined && { weights: await numbers(ports.engine, table, weight, id) }),
    ...(cluster !== undefined && { clusters: await texts(ports.engine, table, cluster, id) }),
    ...(strata !== undefined && { strata: await texts(ports.engine, table, strata, id) }),
  };
}

/** @param rows names of the rows, for messages */
export function makeSampling(
  raw: RawSampling,
  { ids, file, data }: { readonly ids: Texts; readonly file: string; readonly data: GatePolicy['data'] },
): Read<Sampling> {
  const { weights, clusters, strata } = raw;
  const problems = [
    ...(weights === undefined ? [] : weightProblems(weights, ids, { file, column: data.weight! })),
    ...(clusters === undefined ? [] : missingGroups(clusters, ids, { file, column: data.cluster!, what: 'cluster' })),
    ...(strata === undefined ? [] : missingGroups(strata, ids, { file, column: data.strata!, what: 'stratum' })),
  ];
  if (problems.length > 0) return { problems };
  const sampling: Sampling = {
    rows: ids.length,
    ...(weights !== undefined && { weights }),
    ...(clusters !== undefined && { clusters: numbered(clusters) }),
    ...(strata !== undefined && { strata: numbered(strata) }),
  };
  const torn = tornCluster(raw);
  if (torn !== undefined) {
    const message = `The cluster ${quoted([torn])} lies in more than one stratum.`;
    const hint = 'Clusters are drawn whole within their stratum; give strata that hold whole clusters.';
    return { problems: [rowsProblem('GATE_STRATA', file, message, hint)] };
  }
  return { value: sampling, problems: clusters === undefined ? [] : fewClusters(clusters, file, data.cluster!) };
}

interface Where {
  readonly file: string;
  readonly column: string;
}

function weightProblems(weights: Float64Array, ids: Texts, { file, column }: Where): Problem[] {
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad !== -1) {
    const count = weights.filter((weight) => !(weight >= 0 && weight < Infinity)).length;
    const message = `${rowsHave(count)} a "${column}" that is no weight (first: ${quoted([ids[bad]!])}, ${weights[bad]}).`;
    return [rowsProblem('GATE_WEIGHT', file, message, 'A weight is a number, 0 or more, on every row.')];
  }
  if (weights.some((weight) => weight > 0)) return [];
  return [rowsProblem('GATE_WEIGHT', file, `Every "${column}" is 0.`, 'Some rows must count.')];
}

const missingGroups = (
  values: Texts,
  ids: Texts,
  { file, column, what }: Where & { readonly what: string },
): Problem[] =>
  missing(values, ids, (count, first) =>
    rowsProblem(
      'GATE_GROUP_MISSING',
      file,
      `${rowsHave(count)} no "${column}" (first: ${first}).`,
      `Every row needs its ${what}.`,
    ),
  );

function numbered(values: Texts): Int32Array {
  const known = new Map<string | null, number>();
  return Int32Array.from(values, (value) => {
    const number = known.get(value) ?? known.size;
    known.set(value, number);
    return number;
  });
}

function tornCluster({ clusters, strata }: RawSampling): string | undefined {
  if (clusters === undefined || strata === undefined) return undefined;
  const stratumOf = new Map<string | null, string | null>();
  const torn = clusters.find((cluster, row) => {
    const known = stratumOf.get(cluster);
    stratumOf.set(cluster, strata[row]!);
    return known !== undefined && known !== strata[row];
  });
  return torn ?? undefined;
}

function fewClusters(clusters: Texts, file: string, column: string): Problem[] {
  const { size } = new Set(clusters);
  if (size >= fewestClusters) return [];
  return [
    {
      ...rowsProblem(
        'GATE_FEW_CLUSTERS',
        file,
        `"${column}" holds ${size} clusters; intervals rest on their number, and with fewer than ${fewestClusters} they are rough.`,
        'Judge on rows of more clusters where you can.',
      ),
      severity: 'warning',
    },
  ];
}
