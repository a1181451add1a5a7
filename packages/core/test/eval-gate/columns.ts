// What a policy asks for beside the task's own metrics, of columns in memory.
import { quoteIdentifier, type DataEngine, type GatePolicy } from '@pawl/core';
import { evidenceBeside, type BesideSetting, type TaskEvidence } from '@pawl/core/eval-gate';

export type Columns = Record<string, (string | number | null)[]>;

/** Columns as they are, in the order of their ids. */
function engineOf(columns: Columns): DataEngine {
  const find = (sql: string): (string | number | null)[] =>
    Object.entries(columns).find(([name]) => sql.includes(`CAST(${quoteIdentifier(name)} `))![1];
  const never = () => Promise.reject(new Error('not asked for'));
  return {
    attach: never,
    query: never,
    close: async () => {},
    numbers: async (sql) => Float64Array.from(find(sql), (value) => (value === null ? Number.NaN : Number(value))),
    texts: async (sql) => find(sql).map((value) => (value === null ? null : String(value))),
  };
}

export const ask = (policy: GatePolicy, evidence: TaskEvidence, columns: Columns, more: Partial<BesideSetting> = {}) =>
  evidenceBeside(
    { engine: engineOf(columns) },
    {
      policy,
      evidence,
      table: {
        view: 'd',
        file: 'data.csv',
        columns: Object.entries(columns).map(([name, values]) => ({
          name,
          type: values.some((value) => typeof value === 'string') ? 'VARCHAR' : 'DOUBLE',
        })),
      },
      same: false,
      seed: 3,
      against: 'production',
      place: () => ({ file: 'm.gate.yml' }),
      ...more,
    },
  );
