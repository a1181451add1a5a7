// Questions about runs: which are meant, in which order, how they differ, and what they look like as a table.
export { caseFiles, readCases, type CaseRow, type RunCases } from './case-lines.ts';
export { expandColumns, readColumns, tableOfFields } from './columns.ts';
export { compareCases, type CaseComparison, type CaseFlip } from './compare-cases.ts';
export { comparisonBlocks, comparisonTitle } from './compare-page.ts';
export {
  caseFileOf,
  compareRuns,
  type ComparedInput,
  type ComparedMetric,
  type ComparedValue,
  type RunComparison,
  type RunWithCases,
} from './compare-runs.ts';
export type { FieldOrAll, ListedField } from './field-list.ts';
export { attributeList, type Field, type FieldType, type Group } from './fields.ts';
export { parseFilter, type Filter, type ParsedFilter } from './filter.ts';
export { matcherOf } from './filter-match.ts';
export { unknownNames } from './filter-names.ts';
export {
  flatGroups,
  flatSummaries,
  flatTable,
  usualGroups,
  type ColumnType,
  type FlatColumn,
  type FlatGroup,
  type FlatTable,
} from './flat-table.ts';
export { curveBlocks, historyFiles } from './metric-curves.ts';
export { caseBlocks, caseChoices, listCases, type CaseChoice, type ListedCase } from './listed-cases.ts';
export { metricDifference, ownInterval, type MetricDifference } from './metric-difference.ts';
export { runBlocks, runTitle } from './run-page.ts';
export { selectRuns, type RunSelection } from './select.ts';
export { findRun, selectorHelp } from './select-run.ts';
export { readSort, sortRuns, type SortKey } from './sort.ts';
export { tableCsv, tableJson, tableNdjson } from './table-text.ts';
export { dayMilliseconds, isDay, readTime, timeOf } from '../formats/time.ts';
export { shortId, valueWords } from './words.ts';
