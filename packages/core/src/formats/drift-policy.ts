// `*.drift.yml`: which columns are watched, and what counts as drift. Every key has a default.
import * as z from 'zod/mini';
import type { Read } from './problem.ts';
import { readYaml, type YamlSource } from './read-yaml.ts';

const share = z.number().check(z.gte(0), z.lte(1));

const ColumnPolicy = z.strictObject({
  /** Leave the column out. */
  ignore: z._default(z.boolean(), false),
  /** Without it, the kind is told from the type and the number of different values. */
  kind: z.optional(z.enum(['numeric', 'categorical'])),
  /** Jensen–Shannon distance above which this column's change matters. */
  threshold: z.optional(share),
});

export const DriftPolicy = z.strictObject({
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  /** Jensen–Shannon distance (natural logarithm) above which a change matters. */
  threshold: z._default(share, 0.1),
  /** Share of false alarms among alarms, over all columns together (Benjamini–Hochberg). */
  'false-alarms': z._default(z.number().check(z.gt(0), z.lt(1)), 0.05),
  /** Fewer rows than this on either side are never judged. */
  'min-rows': z._default(z.int().check(z.gte(1)), 100),
  /** Share of the watched columns that may drift before the gate fails. */
  'max-drifted': z._default(share, 0),
  /** A rise of the missing share by more than this is bad data, whatever the rest looks like. */
  'missing-rise': z._default(share, 0.05),
  columns: z._default(z.record(z.string(), ColumnPolicy), {}),
});
export type DriftPolicy = z.infer<typeof DriftPolicy>;

export const defaultDriftPolicy: DriftPolicy = z.parse(DriftPolicy, {});

export const readDriftPolicy = (source: YamlSource): Read<DriftPolicy> => readYaml(source, DriftPolicy, 'POLICY');
