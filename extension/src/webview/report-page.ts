// The page of a run: its report as the same self-contained HTML that the actions write, in the editor's colours.
// It has no script, and its policy lets none run and nothing be fetched.
import type { FormatTime } from '../app.ts';
import { escapeHtml, htmlStyle, renderHtml } from '@pawl/core/report';
import type { FoundReport } from '../runs/report.ts';

export function reportPage(found: FoundReport, formatTime: FormatTime): string {
  const page =
    found.report === undefined ? withoutReport(found) : renderHtml([found.report], optionsOf(found.run, formatTime));
  // Before the end of the head, which the report's own text cannot contain: it is escaped.
  return page.replace('</head>', () => `<style>\n${editorStyle}\n</style>\n</head>`);
}

function optionsOf(run: NonNullable<FoundReport['run']>, formatTime: FormatTime) {
  const { commit, url } = run.origin;
  return {
    ...(commit !== undefined && { headSha: commit }),
    ...(url !== undefined && { runUrl: url }),
    date: formatTime(run.startedAt, 'full'),
  };
}

function withoutReport({ run, why }: FoundReport): string {
  const about =
    run === undefined
      ? '<h1>No run</h1>'
      : `<h1>${escapeHtml(run.name)} <span class="verdict ${run.verdict ?? ''}">${run.verdict ?? 'no verdict'}</span></h1>
<p class="headline">${escapeHtml(run.headline ?? '')}</p>
<p class="facts">${run.kind} · ${escapeHtml(run.id)}</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(run?.name ?? 'No run')}</title>
<style>
${htmlStyle}
</style>
</head>
<body>
<main>
${about}
<p>${escapeHtml(why ?? '')}</p>
</main>
</body>
</html>
`;
}

/**
 * The report's own variables, taken from the theme. On `body`, where the editor's theme class is, since a theme need
 * not agree with what the system prefers. In high contrast, lines do what shades do elsewhere.
 */
const editorStyle = `
body[class] { --paper: var(--vscode-editor-background); --ink: var(--vscode-editor-foreground);
  --muted: var(--vscode-descriptionForeground); --raised: var(--vscode-textCodeBlock-background);
  --rule: var(--vscode-editorWidget-border, var(--vscode-panel-border)); --b: var(--vscode-textLink-foreground);
  --removed: var(--vscode-diffEditor-removedTextBackground); --added: var(--vscode-diffEditor-insertedTextBackground);
  max-width: 58rem; padding: 1.6rem 2rem 3rem; font-family: var(--vscode-font-family); font-size: 14px; }
body.vscode-light { color-scheme: light; --a: #8b96a3; --c: #b45309; --d: #7c3aed;
  --pass: #1a7f37; --fail: #b3261e; --error: #8a2be2; --inconclusive: #855600; }
body.vscode-dark { color-scheme: dark; --a: #7d8894; --c: #e8964a; --d: #b392f0;
  --pass: #4cc26a; --fail: #ff7b72; --error: #c297ff; --inconclusive: #e0a83c; }
body.vscode-high-contrast { color-scheme: dark; --muted: var(--vscode-editor-foreground); --raised: transparent;
  --rule: var(--vscode-contrastBorder); --removed: transparent; --added: transparent; --a: #c8c8c8; --c: #ffb36b; --d: #d0b3ff;
  --pass: #6ff08f; --fail: #ff9a92; --error: #d9bfff; --inconclusive: #ffd36b; }
body.vscode-high-contrast-light { color-scheme: light; --a: #5a6470; --c: #7a3300; --d: #5b21b6;
  --pass: #0a5c22; --fail: #8f1410; --error: #5b149e; --inconclusive: #5c3b00; }
/* The editor colours code for its own backgrounds, which are not these. */
body[class] :is(code, pre, kbd) { color: inherit; }
body.vscode-high-contrast code { outline: 1px solid var(--rule); outline-offset: -1px; }
`.trim();
