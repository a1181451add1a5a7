// The runs that the store benchmarks write: records of about 2 KB with twenty metrics, and 20 KB of cases each.
// Seeded by their ordinal, so that every process and every peer sees the same ones.
import { createHash } from 'node:crypto';
import { makeUlid, runSchema, type Run, type StoredRun } from '@pawl/core';

const firstDay = Date.UTC(2026, 0, 1);
const days = 180;

export const metricNames = [
  ...['accuracy', 'balanced_accuracy', 'precision', 'recall', 'f1', 'f1_macro', 'f1_weighted', 'roc_auc', 'pr_auc'],
  ...['log_loss', 'brier', 'calibration_error', 'mcc', 'kappa', 'top_3', 'rmse', 'mae', 'latency_p50', 'latency_p95'],
  'tokens_per_case',
];

const models = ['gpt-oss-120b', 'qwen3-32b', 'mistral-small-3.2', 'llama-3.3-70b'];
const names = ['mail-triage', 'flight-delay', 'churn', 'support-answers', 'invoice-fields'];
const actors = ['ada', 'grace', 'linus', 'margaret', 'github-actions[bot]'];
const verdicts = ['pass', 'pass', 'pass', 'fail', 'inconclusive'] as const;
const kinds = ['eval-gate', 'prompt-regression', 'training', 'drift-report', 'data-validation'] as const;
const words =
  'please find attached the invoice for last month our order arrived late and two items were missing could you refund them or send new ones before friday thank you customer account password reset meeting budget report delay flight gate boarding crew weather model answer score expected label spam ham urgent offer free prize click'.split(
    ' ',
  );

/** Mulberry32 (Tommy Ettinger, public domain): seeded numbers in 0 … 1 for text and values; no statistics rest on it. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const pick = <T>(list: readonly T[], chance: number): T => list[Math.floor(chance * list.length)] as T;
const rounded = (value: number): number => Number(value.toPrecision(7));

/** @param total runs are spread evenly over half a year of days */
export function benchRun(ordinal: number, total: number): Run {
  const chance = seeded(ordinal);
  const time = firstDay + Math.floor((ordinal / total) * days * 86_400_000);
  const commit = digest(`commit ${ordinal >> 3}`).slice(0, 40);
  const metrics = metricNames.map((metric) => {
    const value = rounded(chance());
    const interval = [rounded(value - 0.013), rounded(value + 0.013)] as [number, number];
    return [metric, { value, n: 1000, interval, level: 0.95 }] as const;
  });
  const [model, name] = [pick(models, chance()), pick(names, chance())];
  return {
    schema: runSchema,
    id: makeUlid(time, createHash('sha256').update(String(ordinal)).digest().subarray(0, 10)),
    kind: pick(kinds, chance()),
    name,
    verdict: pick(verdicts, chance()),
    headline: `${name}: accuracy ${(chance() * 100).toFixed(1)} %, ${ordinal % 97} cases newly wrong`,
    startedAt: new Date(time).toISOString(),
    endedAt: new Date(time + 61_000).toISOString(),
    origin: {
      repository: 'acme/mail',
      commit,
      branch: ordinal % 3 === 0 ? 'main' : `feature/${ordinal % 400}`,
      pullRequest: ordinal % 400,
      actor: pick(actors, chance()),
      url: `https://ci.example.com/acme/mail/actions/runs/${ordinal}`,
    },
    subject: { name, digest: `sha256:${digest(`subject ${ordinal >> 2}`)}` },
    inputs: [
      { role: 'data', path: 'data/mails.parquet', digest: `sha256:${digest(`data ${ordinal >> 8}`)}`, bytes: 48_000 },
      { role: 'suite', path: 'evals/mail.eval.yml', digest: `sha256:${digest(`suite ${ordinal >> 6}`)}` },
    ],
    params: {
      model,
      temperature: rounded(chance()),
      max_tokens: 256 << (ordinal & 3),
      seed: ordinal,
      learning_rate: rounded(chance() / 1000),
      batch_size: 8 << (ordinal & 7),
      optimizer: 'adamw',
      epochs: 1 + (ordinal % 10),
    },
    metrics: Object.fromEntries(metrics),
    tags: { team: pick(['search', 'mail', 'risk'], chance()), stage: pick(['dev', 'ci'], chance()) },
    producer: { key: `sha256:${digest(`producer ${ordinal}`)}`, attempt: 1 },
    results: {},
    costUsd: rounded(chance()),
    environment: { node: '24.21.0', python: '3.12.4', lockfile: `sha256:${digest(`lock ${ordinal >> 9}`)}` },
  };
}

/** Mails and answers to choose from: choosing words for every case would take longer than storing it. */
const mails = Array.from({ length: 4096 }, (_, index) => {
  const chance = seeded(index);
  return Array.from({ length: 24 }, () => pick(words, chance())).join(' ');
});

/** @param bytes of the cases, one JSON object a line */
export function storedRun(ordinal: number, total: number, bytes: number): StoredRun {
  const chance = seeded(ordinal ^ 0x5eed);
  let cases = '';
  for (let index = 0; cases.length < bytes; index++) {
    const [mail, label] = [pick(mails, chance()), chance() < 0.5 ? 'spam' : 'ham'];
    const answer = pick(mails, chance()).slice(0, 40);
    cases += `{"id":"case-${index}","input":"${mail}","expected":"${label}","output":"${answer}","score":${rounded(chance())},"latencyMs":${Math.floor(chance() * 2000)}}\n`;
  }
  return { run: benchRun(ordinal, total), results: { 'cases.jsonl': cases } };
}
