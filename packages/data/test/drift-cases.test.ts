// Every folder under fixtures/cases/drift-report is one case: what goes in, and what must come out.
import { exitCodeOf, readInputs, type Outcome } from '@pawl/core';
import { driftReportInputs, reportDrift } from '@pawl/core/drift-report';
import { openDataEngine } from '@pawl/data';
import { expect, test } from 'vitest';
import { casesOf, expectedFile, openCase } from './case-folder.ts';

const slug = 'drift-report';

test.for(await casesOf(slug))('%s', async (name) => {
  await using opened = await openCase(slug, name);
  const { settings, ...ports } = opened;
  const engine = openDataEngine({ threads: 1 });
  const inputs = readInputs(driftReportInputs, settings.inputs);
  expect(inputs.problems).toEqual([]);
  if (inputs.value === undefined) return;

  const outcome = await reportDrift({ ...ports, inputs: inputs.value, engine });
  await engine.close();

  await expect(`${JSON.stringify(shownOf(outcome), null, 2)}\n`).toMatchFileSnapshot(expectedFile(slug, name));
});

/** Numbers of the columns come from `columns.jsonl`, rounded: the last digits are the machine's. */
function shownOf({ report, run, results, usage }: Outcome): unknown {
  const columns = (results['columns.jsonl'] ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map(
      (line) =>
        JSON.parse(line, (_, value: unknown) =>
          typeof value === 'number' ? Number(value.toPrecision(9)) : value,
        ) as unknown,
    );
  return {
    exit: exitCodeOf({ report, results, usage }),
    verdict: report.verdict,
    headline: report.headline,
    comparison: report.comparison,
    n: report.n,
    problems: report.problems,
    findings: report.findings,
    footer: report.footer,
    baseline: run?.baseline,
    metrics: Object.keys(run?.metrics ?? {}),
    columns,
    table: report.blocks.find(({ type }) => type === 'table'),
    blocks: report.blocks.map((block) => ('summary' in block ? `${block.type}: ${block.summary}` : block.type)),
  };
}
