import { describe, expect, test } from 'vitest';
import type { Block, Report } from '@pawl/core';
import { commentMarker, headlineOf, renderComment, renderSummary, type Section } from '@pawl/core/report';
import { makeReport } from '@pawl/core/testing';

const options = {
  marker: commentMarker('acme'),
  headSha: 'a'.repeat(40),
  runUrl: 'https://github.com/acme/x/actions/runs/1',
};
const section = (overrides: Partial<Report>, key = String(overrides.name)): Section => ({
  key,
  report: makeReport(overrides),
});

describe('the headline', () => {
  test.each<[string, readonly Partial<Report>[], string]>([
    [
      'says what failed',
      [{ verdict: 'fail', name: 'm', headline: 'misses spam' }, {}],
      '1 of 2 gates failed: `m` – misses spam',
    ],
    [
      'tells failures from gates that broke',
      [{ verdict: 'fail', name: 'a' }, { verdict: 'error', name: 'b' }, {}],
      '1 of 3 gates failed, 1 could not be judged: `a`, `b`',
    ],
    [
      'never calls an error a pass',
      [{ verdict: 'error', name: 'a', headline: 'no rows' }],
      '1 gate could not be judged: `a` – no rows',
    ],
    [
      'never calls thin evidence a pass',
      [{ verdict: 'inconclusive', name: 'a', headline: 'needs 300 more' }, {}],
      '1 of 2 gates is inconclusive: `a` – needs 300 more',
    ],
    ['is short when all is well', [{}, {}], 'All 2 gates passed'],
    [
      'counts an advisory failure as advice',
      [{ verdict: 'fail', advisory: true, name: 'a', headline: 'shifted' }, {}],
      'All 2 gates passed, 1 with advice: `a` – shifted',
    ],
    ['says when nothing was judged', [], 'No gate was run'],
  ])('%s', (_, reports, headline) => {
    expect(headlineOf(reports.map((report) => section(report)))).toBe(headline);
  });
});

describe('the comment', () => {
  test('puts failures first and open, passes last and folded', () => {
    const text: Block[] = [{ type: 'text', text: 'why' }];
    const comment = renderComment(
      [section({ name: 'good', blocks: text }), section({ name: 'bad', verdict: 'fail', blocks: text })],
      options,
    );
    expect(comment.indexOf('`bad`')).toBeLessThan(comment.indexOf('`good`'));
    expect(comment).toContain('<details open><summary><b>eval-gate <code>bad</code></b>');
    expect(comment).toContain('<details><summary><b>eval-gate <code>good</code></b>');
    expect(comment.startsWith(`${options.marker}\n### `)).toBe(true);
  });

  test('does not depend on the order in which sections come', () => {
    const sections = ['a', 'b', 'c', 'd'].map((name) => section({ name, verdict: name === 'c' ? 'fail' : 'pass' }));
    expect(renderComment(sections.toReversed(), options)).toBe(renderComment(sections, options));
  });

  test('fits its budget whatever is in it, gives way in order of importance and says so', () => {
    const rows = Array.from({ length: 500 }, (_, index): string[] => [`case ${index}`, 'x'.repeat(400)]);
    const table: Block = { type: 'table', columns: [{ title: 'case' }, { title: 'text' }], rows };
    const sections = Array.from({ length: 12 }, (_, index) =>
      section({ name: `gate-${index}`, verdict: index === 5 ? 'fail' : 'pass', blocks: [table] }),
    );
    const comment = renderComment(sections, options);
    expect(comment.length).toBeLessThanOrEqual(60_000);
    expect(comment).toMatch(/Left out here to fit a comment: details of \d+ passing gates\. The \[workflow run\]\(/);
    expect(comment).toContain('<code>gate-5</code>');
    expect(comment).toContain('case 19');
    expect(comment).toContain('and 480 more');
  });

  test('holds four hundred gates as rows, and names how many more there are when even those do not fit', () => {
    const sections = Array.from({ length: 400 }, (_, index) =>
      section({
        name: `gate-${index}`,
        verdict: 'fail',
        comparison: 'y'.repeat(250),
        blocks: [{ type: 'text', text: 'z'.repeat(900) }],
      }),
    );
    const comment = renderComment(sections, options);
    expect(comment.length).toBeLessThanOrEqual(60_000);
    expect(comment).toMatch(/and \d+ more gates/);
    expect(comment).toContain('### 400 of 400 gates failed');
  });

  test('leaves out what a report keeps for its full version', () => {
    const blocks: Block[] = [
      { type: 'details', summary: 'Calibration', comment: false, blocks: [{ type: 'text', text: 'x' }] },
      {
        type: 'chart',
        title: 'Difference',
        comment: false,
        chart: { type: 'intervals', alt: 'Calibration of one', rows: [{ name: 'a', value: 1, low: 0, high: 2 }] },
      },
    ];
    expect(renderComment([section({ blocks })], options)).not.toContain('Calibration');
    expect(renderSummary(makeReport({ blocks }))).toContain('Calibration');
  });

  test('has a marker that no key can break', () => {
    expect(commentMarker('a --> <b> ü')).toBe('<!-- pawl comment: a ___ _b_ _ -->');
  });
});

test('a job summary stays within its bytes and says what was left out', () => {
  const rows = Array.from({ length: 200 }, (_, index): string[] => [`${index}`, 'é'.repeat(900)]);
  const blocks: Block[] = [{ type: 'table', columns: [{ title: 'a' }, { title: 'b' }], rows }];
  const summary = renderSummary(makeReport({ blocks }), { limitBytes: 20_000, reportUrl: 'https://x.example/r' });
  expect(new TextEncoder().encode(summary).length).toBeLessThanOrEqual(20_000);
  expect(summary).toContain('Left out here to fit a job summary');
  expect(renderSummary(makeReport({ blocks }))).not.toContain('Left out');
});
