// Every folder under fixtures/cases/data-validation is one case: what goes in, and what must come out.
import { exitCodeOf, readInputs, type Outcome } from '@pawl/core';
import { dataValidationInputs, validateData } from '@pawl/core/data-validation';
import { openDataEngine } from '@pawl/data';
import { expect, test } from 'vitest';
import { casesOf, expectedFile, openCase } from './case-folder.ts';

const slug = 'data-validation';

test.for(await casesOf(slug))('%s', async (name) => {
  await using opened = await openCase(slug, name);
  const { settings, ...ports } = opened;
  const engine = openDataEngine({ threads: 1 });
  const inputs = readInputs(dataValidationInputs, settings.inputs);
  expect(inputs.problems).toEqual([]);
  if (inputs.value === undefined) return;

  const outcome = await validateData({ ...ports, inputs: inputs.value, engine });
  await engine.close();

  await expect(`${JSON.stringify(shownOf(outcome), null, 2)}\n`).toMatchFileSnapshot(expectedFile(slug, name));
});

/** What a reader and a machine are told; the blocks' look is the renderers' own matter. */
function shownOf({ report, run, results, usage }: Outcome): unknown {
  return {
    exit: exitCodeOf({ report, results, usage }),
    verdict: report.verdict,
    headline: report.headline,
    comparison: report.comparison,
    n: report.n,
    problems: report.problems,
    findings: report.findings,
    footer: report.footer,
    metrics: run?.metrics,
    baseline: run?.baseline,
    results: Object.keys(results),
    blocks: report.blocks,
  };
}
