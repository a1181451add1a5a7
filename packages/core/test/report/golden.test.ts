// Every folder of fixtures/cases/report is a case: reports in, the texts people read out. `vitest -u` rewrites them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { describe, expect, test } from 'vitest';
import { Report } from '@pawl/core';
import { commentMarker, renderComment, renderHtml, renderSummary, renderTerminal } from '@pawl/core/report';

const folder = fileURLToPath(new URL('../../../../fixtures/cases/report/', import.meta.url));
const headSha = '4f1c9e2ab7d05386c1e7f0a92b6d3c48e5a71f60';
const runUrl = 'https://github.com/acme/flights/actions/runs/42';
const Options = z.strictObject({ budget: z.number() });

describe.each(readdirSync(folder))('the report case %s', (name) => {
  const reports = z.parse(z.array(Report), JSON.parse(readFileSync(`${folder}${name}/report.json`, 'utf8')));
  const options = existsSync(`${folder}${name}/options.json`)
    ? z.parse(Options, JSON.parse(readFileSync(`${folder}${name}/options.json`, 'utf8')))
    : {};
  const [first] = reports;
  if (first === undefined) throw new Error(`${name} holds no report`);

  test('reads as its comment', async () => {
    const sections = reports.map((report) => ({ key: `${report.kind} ${report.name}`, report, reportUrl: runUrl }));
    const comment = renderComment(sections, { marker: commentMarker('acme'), headSha, runUrl, ...options });
    await expect(comment).toMatchFileSnapshot(`${folder}${name}/expected.comment.md`);
  });

  test('reads as its job summary', async () => {
    await expect(renderSummary(first, { reportUrl: runUrl })).toMatchFileSnapshot(`${folder}${name}/expected.md`);
  });

  test('reads as its terminal output', async () => {
    const text = reports.map((report) => renderTerminal(report, { width: 88 })).join('\n');
    await expect(text).toMatchFileSnapshot(`${folder}${name}/expected.txt`);
  });

  test('reads as its HTML page', async () => {
    const html = renderHtml(reports, { headSha, runUrl, date: '2026-11-21 09:30 UTC' });
    await expect(html).toMatchFileSnapshot(`${folder}${name}/expected.html`);
  });
});
