import { describe, expect, it } from 'vitest';
import { reportPage } from '../src/webview/report-page.ts';
import { makeReport, makeRun } from './fakes.ts';

const day = (iso: string): string => iso.slice(0, 10);
const policy = /<meta http-equiv="Content-Security-Policy" content="default-src 'none'[^"]*">/;

describe('the page of a run', () => {
  it('is the report in the editor’s colours, with where and when it was judged', () => {
    const page = reportPage({ run: makeRun(), report: makeReport() }, day);
    expect(page).toContain('31 mails newly wrong');
    expect(page).toContain('commit <code>c0ffee000000</code> · 2026-11-20');
    expect(page).toContain('--vscode-editor-background');
    expect(page).toMatch(policy);
  });

  it('has neither script nor anything to fetch', () => {
    const page = reportPage({ run: makeRun(), report: makeReport() }, day);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|url\(|@import/i);
  });

  it('keeps hostile text as text, also where it looks like the end of the head', () => {
    const hostile = '</head><script>alert(1)</script>$&';
    const page = reportPage({ run: makeRun(), report: makeReport({ name: hostile, headline: hostile }) }, day);
    expect(page).not.toContain('<script>');
    expect(page.split('</head>')).toHaveLength(2);
  });

  it('says so when there is no report, and still tells what the run was', () => {
    const page = reportPage(
      { run: makeRun({ headline: '<b>31</b>' }), why: 'This run was recorded without a report.' },
      day,
    );
    expect(page).toContain('This run was recorded without a report.');
    expect(page).toContain('&lt;b&gt;31&lt;/b&gt;');
    expect(page).toMatch(policy);
  });

  it('stays within its budget without a report’s own content', () => {
    expect(reportPage({ run: makeRun(), report: makeReport() }, day).length).toBeLessThan(150_000);
  });
});
