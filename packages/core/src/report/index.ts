// Report → what people read. Pure functions; each escapes for its own output.
export {
  annotationsOf,
  checkAnnotations,
  stepCap,
  workflowCommand,
  workflowCommands,
  type Annotation,
  type CheckAnnotation,
} from './annotations.ts';
export { compactReport, compactSteps, type CompactLimits } from './compact.ts';
export { commentMarker, renderComment, type CommentOptions } from './comment.ts';
export {
  cutText,
  escapeCommandMessage,
  escapeCommandProperty,
  escapeCsv,
  escapeHtml,
  escapeMarkdown,
  escapeTerminal,
  markdownCode,
  markdownFence,
  oneLine,
  safeUrl,
  showHidden,
} from './escape.ts';
export { headlineOf, plainHeadline } from './headline.ts';
export { renderHtml, renderHtmlBlocks, type HtmlOptions } from './html.ts';
export { htmlStyle } from './html-style.ts';
export { renderJson } from './json.ts';
export { commentLimits, renderMarkdown, summaryLimits, type MarkdownLimits } from './markdown.ts';
export { renderSummary, summaryLimitBytes } from './summary.ts';
export { renderTerminal, renderTerminalBlocks, type TerminalOptions } from './terminal.ts';
export { tableLines, type TableColumn } from './terminal-table.ts';
export { formatCount, formatNumber, sparkline, verdictWords, type Section } from './text.ts';
export { displayWidth, padText, wrapText } from './wrap.ts';
