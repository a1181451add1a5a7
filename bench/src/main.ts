// Runs the benchmarks and prints their tables. A whole run of one replaces its section of bench/RESULTS.md.
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { tableLines } from '@pawl/core/report';
import { run as dataValidation } from './data-validation.bench.ts';
import { tablesIn, updateTables } from './docs-table.ts';
import { run as deploy } from './deploy.bench.ts';
import { run as driftReport } from './drift-report.bench.ts';
import { run as evalGate } from './eval-gate.bench.ts';
import { projectRoot } from './project-root.ts';
import { run as gateRates } from './gate-rates.bench.ts';
import { run as promptGate } from './prompt-gate.bench.ts';
import { run as promptRegression } from './prompt-regression.bench.ts';
import type { Bench, BenchResult } from './result.ts';
import { run as start } from './start.bench.ts';
import { run as store } from './store.bench.ts';

const benches: Readonly<Record<string, Bench['run']>> = {
  start,
  'data-validation': dataValidation,
  'drift-report': driftReport,
  'prompt-regression': promptRegression,
  'prompt-gate': promptGate,
  'eval-gate': evalGate,
  'gate-rates': gateRates,
  deploy,
  store,
};

const columns = ['what', 'ours', 'peer', 'ratio', 'budget'].map((title, index) => ({
  title,
  align: index > 0 && index < 4 ? ('right' as const) : ('left' as const),
}));

const args = process.argv.slice(2);
const short = args.includes('--short');
const chosen = args.filter((arg) => !arg.startsWith('--'));
const pages = new Map<string, string>();
for (const [name, run] of Object.entries(benches)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const below: string[] = [];
  const results = await run({ short, page: (markdown) => void below.push(markdown) });
  console.log(`\n${name}\n${tableLines(columns, results.map(cells), 120).join('\n')}`);
  pages.set(
    name,
    `## ${name}\n\n${machineLine()}\n\n| ${columns.map((column) => column.title).join(' | ')} |\n| --- | ---: | ---: | ---: | --- |\n${results.map((result) => `| ${cells(result).join(' | ')} |`).join('\n')}\n${below.map((markdown) => `\n${markdown}\n`).join('')}`,
  );
  const shown = tablesIn[name];
  if (shown !== undefined && !short) await updateTables(name, shown, below);
}
if (!short) await updateResults();

/** Sections that were not run stay as they were measured last. */
async function updateResults(): Promise<void> {
  const file = join(projectRoot, 'bench/RESULTS.md');
  const [head = '', ...sections] = (await readFile(file, 'utf8')).split(/^(?=## )/m);
  const before = new Map(sections.map((section) => [section.slice(3, section.indexOf('\n')), section.trimEnd()]));
  const after = Object.keys(benches).flatMap((name) => pages.get(name)?.trimEnd() ?? before.get(name) ?? []);
  await writeFile(file, `${head.trimEnd()}\n\n${after.join('\n\n')}\n`);
}

function machineLine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const processor = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`;
  return `${new Date().toISOString().slice(0, 10)}, ${processor}, ${memory} GiB, Node ${process.versions.node}.`;
}

function cells(result: BenchResult): readonly string[] {
  return [
    result.name,
    `${round(result.value)} ${result.unit}`,
    result.peer === undefined ? '' : `${round(result.peer.value)} (${result.peer.name})`,
    result.ratio === undefined ? '' : `${round(result.ratio)} ×`,
    result.budget ?? '',
  ];
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/\.?0+$/, '');
}
