// A report is data before it is text: markdown, HTML, annotations and the terminal are pure functions of it.
// Every string in it is plain, untrusted text. Renderers escape; nobody else does.
import * as z from 'zod/mini';
import { reportSchema } from './schema-names.ts';
import { slugs, Verdict } from './verdict.ts';

/** Plain text, or text with a little emphasis. */
export const Text = z.union([
  z.string(),
  z.array(z.union([z.string(), z.looseObject({ text: z.string(), style: z.enum(['strong', 'code', 'muted']) })])),
]);
export type Text = z.infer<typeof Text>;

export const Cell = z.union([
  Text,
  z.looseObject({ verdict: Verdict }),
  z.looseObject({ bar: z.number(), text: z.string() }),
]);
/** Text, a verdict, or a small bar (0 … 1) beside text. */
export type Cell = z.infer<typeof Cell>;

/** Charts say what they show in data; `alt` is the sentence a screen reader reads. */
export const Chart = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('histograms'),
    alt: z.string(),
    unit: z.optional(z.string()),
    /** Bucket names, or edges as text: one more edge than counts makes them numeric. */
    buckets: z.array(z.string()),
    /** Shares of each bucket, 0 … 1. */
    series: z.array(z.looseObject({ name: z.string(), values: z.array(z.number()) })),
  }),
  z.looseObject({
    type: z.literal('intervals'),
    alt: z.string(),
    unit: z.optional(z.string()),
    /** The line that separates "no worse than the margin". */
    margin: z.optional(z.number()),
    rows: z.array(
      z.looseObject({
        name: z.string(),
        value: z.number(),
        low: z.number(),
        high: z.number(),
        verdict: z.optional(Verdict),
      }),
    ),
  }),
  z.looseObject({
    type: z.literal('lines'),
    alt: z.string(),
    xLabel: z.string(),
    yLabel: z.string(),
    /** Draws the diagonal y = x: what a perfectly calibrated or a chance-level model would give. */
    diagonal: z.optional(z.boolean()),
    /** Places on the x axis worth a name: where a decision is made. */
    marks: z.optional(z.array(z.looseObject({ x: z.number(), name: z.string() }))),
    series: z.array(z.looseObject({ name: z.string(), points: z.array(z.tuple([z.number(), z.number()])) })),
  }),
]);
export type Chart = z.infer<typeof Chart>;

export type Block =
  | { readonly type: 'text'; readonly text: Text }
  | { readonly type: 'heading'; readonly text: string }
  | {
      readonly type: 'table';
      readonly columns: readonly { readonly title: string; readonly align?: 'left' | 'right' | undefined }[];
      readonly rows: readonly (readonly Cell[])[];
      /** Rows that exist beyond those given: said, never silently cut. */
      readonly more?: number | undefined;
    }
  /** `comment: false` keeps a picture of numbers that stand in a table beside it out of the comment. */
  | {
      readonly type: 'chart';
      readonly title: string;
      readonly chart: Chart;
      readonly comment?: boolean | undefined;
    }
  /** One case before and after: its name, what was expected, what each side said. */
  | {
      readonly type: 'change';
      readonly title: string;
      readonly expected?: string | undefined;
      readonly before: string;
      readonly after: string;
    }
  | { readonly type: 'code'; readonly text: string; readonly language?: string | undefined }
  /** `comment: false` keeps it out of the pull request's comment; the HTML report shows it. */
  | {
      readonly type: 'details';
      readonly summary: string;
      readonly blocks: readonly Block[];
      readonly comment?: boolean | undefined;
    };

export const Block: z.ZodMiniType<Block> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('text'), text: Text }),
    z.object({ type: z.literal('heading'), text: z.string() }),
    z.object({
      type: z.literal('table'),
      columns: z.array(z.object({ title: z.string(), align: z.optional(z.enum(['left', 'right'])) })),
      rows: z.array(z.array(Cell)),
      more: z.optional(z.number()),
    }),
    z.object({ type: z.literal('chart'), title: z.string(), chart: Chart, comment: z.optional(z.boolean()) }),
    z.object({
      type: z.literal('change'),
      title: z.string(),
      expected: z.optional(z.string()),
      before: z.string(),
      after: z.string(),
    }),
    z.object({ type: z.literal('code'), text: z.string(), language: z.optional(z.string()) }),
    z.object({
      type: z.literal('details'),
      summary: z.string(),
      blocks: z.array(Block),
      comment: z.optional(z.boolean()),
    }),
  ]),
) as z.ZodMiniType<Block>;

/** One result worth showing at a place in a file. */
export const Finding = z.looseObject({
  severity: z.enum(['error', 'warning', 'notice']),
  title: z.string(),
  message: z.string(),
  file: z.optional(z.string()),
  line: z.optional(z.number()),
  column: z.optional(z.number()),
});
export type Finding = z.infer<typeof Finding>;

export const ReportProblem = z.looseObject({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  hint: z.optional(z.string()),
  file: z.optional(z.string()),
  line: z.optional(z.number()),
  column: z.optional(z.number()),
});

export const Report = z.looseObject({
  schema: z.literal(reportSchema),
  kind: z.enum(slugs),
  /** What was judged: `flights`, `mail-triage`. */
  name: z.string(),
  verdict: Verdict,
  advisory: z.optional(z.boolean()),
  /** The verdict in words, without the name: "31 mails newly wrong, accuracy down 6.0 points". */
  headline: z.string(),
  /** The comment's table: candidate against production in one line, and on how many cases or rows. */
  comparison: z.string(),
  n: z.nullable(z.number()),
  blocks: z.array(Block),
  findings: z.array(Finding),
  problems: z.array(ReportProblem),
  footer: z.looseObject({
    /** "`mail-triage@v1.3.0` (3 days old)", or that there is none yet. */
    baseline: z.optional(z.string()),
    /** "388 of 400 answers reused, $0.03". */
    cost: z.optional(z.string()),
    /** The command that gives the same verdict on a laptop. */
    reproduce: z.optional(z.string()),
  }),
});
export type Report = z.infer<typeof Report>;
