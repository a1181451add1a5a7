// The handover: what one step of a workflow leaves for another, when it may not write to the store itself.
// An artifact with `handover.json`, `report.json`, `runs/<id>.json`, `results/<id>/<file>` and `ops/<id>.json`.
import * as z from 'zod/mini';
import type { Bundle } from '../ports/store.ts';
import type { Report } from '../formats/report.ts';
import { isUlid } from '../formats/ulid.ts';
import { slugs } from '../formats/verdict.ts';

export const handoverSchema = 'pawl.handover/1';
export const manifestName = 'handover.json';
export const reportName = 'report.json';

/** Which step of which job made it. Texts as CI gives them. */
export const HandoverProducer = z.object({
  /** Digest of repository, workflow run, job, matrix leg and step, without the attempt: a re-run has the same. */
  key: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  attempt: z.int().check(z.minimum(1), z.maximum(1_000_000)),
  job: z.string().check(z.maxLength(200)),
  /** The values of the matrix leg, as people read them; absent where there is no matrix. */
  leg: z.optional(z.string().check(z.maxLength(500))),
  /** Place of the leg in its matrix, from 0, and how many there are. */
  legIndex: z.optional(z.int().check(z.minimum(0), z.maximum(100_000))),
  legs: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))),
});
export type HandoverProducer = z.infer<typeof HandoverProducer>;

const HandoverHead = z.object({
  schema: z.literal(handoverSchema),
  slug: z.enum(slugs),
  /** Key of the section in the comment: action, name and matrix leg. */
  section: z.string().check(z.minLength(1), z.maxLength(500)),
  producer: HandoverProducer,
  /** What the step judged, as far as it knew. Never believed of a fork: a difference from the event is refused. */
  pullRequest: z.optional(z.int().check(z.minimum(1))),
  commit: z.optional(z.string().check(z.regex(/^[0-9a-f]{40,64}$/))),
  /** Link to the step's own HTML report. Never followed, and not shown of a fork. */
  reportUrl: z.optional(z.string().check(z.maxLength(2000))),
});
type HandoverHead = z.infer<typeof HandoverHead>;

export const HandoverManifest = z.extend(HandoverHead, {
  /** Digest of every other file, by path. */
  files: z.record(z.string(), z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/))),
});
export type HandoverManifest = z.infer<typeof HandoverManifest>;

export interface Handover {
  readonly manifest: HandoverHead;
  readonly report: Report;
  /** The store's own bundle; empty when the step stopped before it executed anything. */
  readonly bundle: Bundle;
}

/** A file of a handover: its path with forward slashes, and its bytes. */
export interface HandoverFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export type HandoverPath =
  | { readonly kind: 'manifest' | 'report' }
  | { readonly kind: 'run' | 'operation'; readonly id: string }
  | { readonly kind: 'result'; readonly id: string; readonly file: string };

/** The allow-list: undefined for every path that is not on it. */
export function handoverPathOf(path: string): HandoverPath | undefined {
  if (path === manifestName) return { kind: 'manifest' };
  if (path === reportName) return { kind: 'report' };
  const [, folder, record = ''] = /^(runs|ops)\/([^/]+)\.json$/.exec(path) ?? [];
  if (folder !== undefined)
    return isUlid(record) ? { kind: folder === 'runs' ? 'run' : 'operation', id: record } : undefined;
  const [, id = '', file = ''] = /^results\/([^/]+)\/([A-Za-z0-9][A-Za-z0-9._-]{0,199})$/.exec(path) ?? [];
  return isUlid(id) ? { kind: 'result', id, file } : undefined;
}

export const runFile = (id: string): string => `runs/${id}.json`;
export const operationFile = (id: string): string => `ops/${id}.json`;
export const resultFile = (id: string, file: string): string => `results/${id}/${file}`;

/** Artifacts with this name are handovers; nothing else of a workflow run is looked at. */
export const handoverPrefix = 'pawl-bundle-';

export const handoverName = ({ slug, producer }: Pick<HandoverHead, 'slug' | 'producer'>): string =>
  `${handoverPrefix}${slug}-${producer.key}`;

export const isHandoverName = (name: string): boolean =>
  name.startsWith(handoverPrefix) &&
  slugs.some((slug) => new RegExp(`^${slug}-[0-9a-f]{16}$`).test(name.slice(handoverPrefix.length)));
