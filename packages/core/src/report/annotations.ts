// Findings and problems at their file and line: for a log's workflow commands, and for a check run.
import type { Report } from '../formats/report.ts';
import { cutText, escapeCommandMessage, escapeCommandProperty, oneLine, showHidden } from './escape.ts';

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** What GitHub shows of one step: ten of each level. More would be dropped without a word. */
export const stepCap = 10;
/** What GitHub takes in one request for a check run. */
export const checkRequestCap = 50;

/** Most severe first; within a level those with a place first, problems before findings. An advisory report never says "error". */
export function annotationsOf(report: Report): readonly Annotation[] {
  const problems = report.problems.map((problem) => ({
    level: problem.severity,
    title: problem.code,
    message: problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`,
    ...placeIn(problem),
  }));
  const findings = report.findings.map((finding) => ({
    level: finding.severity,
    title: finding.title,
    message: finding.message,
    ...placeIn(finding),
  }));
  const levels: readonly Annotation['level'][] = ['error', 'warning', 'notice'];
  const rank = (annotation: Annotation): number =>
    levels.indexOf(annotation.level) * 2 + (annotation.file === undefined ? 1 : 0);
  return [...problems, ...findings]
    .map((annotation): Annotation =>
      report.advisory === true && annotation.level === 'error' ? { ...annotation, level: 'warning' } : annotation,
    )
    .toSorted((a, b) => rank(a) - rank(b));
}

/** Lines for a job's log, within the caps of a step; the last one says how many were left out. */
export function workflowCommands(report: Report): readonly string[] {
  const all = annotationsOf(report);
  const shown = (['error', 'warning', 'notice'] as const).flatMap((level) => {
    const ofLevel = all.filter((annotation) => annotation.level === level);
    // The last notice is kept for saying what was left out.
    return ofLevel.slice(0, level === 'notice' ? stepCap - 1 : stepCap);
  });
  const left = all.length - shown.length;
  const note = `${left} more ${left === 1 ? 'annotation is' : 'annotations are'} in the report.`;
  return [
    ...shown.map(workflowCommand),
    ...(left > 0 ? [workflowCommand({ level: 'notice', title: 'Pawl', message: note })] : []),
  ];
}

/** `::error file=a.csv,line=3,title=…::message`. The runner cuts messages at 4,096 characters, so this says where. */
export function workflowCommand(annotation: Annotation): string {
  const { file, line, column } = annotation;
  const properties = [
    ...(file === undefined ? [] : [`file=${escapeCommandProperty(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    ...(column === undefined ? [] : [`col=${column}`]),
    `title=${escapeCommandProperty(cutText(oneLine(annotation.title), 200))}`,
  ];
  return `::${annotation.level} ${properties.join(',')}::${escapeCommandMessage(cutText(annotation.message, 2000))}`;
}

/** As the Checks API wants it. */
export interface CheckAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column?: number;
  readonly end_column?: number;
  readonly annotation_level: 'failure' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

/** Requests' worth of annotations: those with a file, fifty at a time. */
export function checkAnnotations(report: Report): readonly (readonly CheckAnnotation[])[] {
  const all = annotationsOf(report).flatMap((annotation): CheckAnnotation[] => {
    if (annotation.file === undefined) return [];
    const line = Math.max(1, annotation.line ?? 1);
    return [
      {
        path: showHidden(annotation.file),
        start_line: line,
        end_line: line,
        ...(annotation.column !== undefined && { start_column: annotation.column, end_column: annotation.column }),
        annotation_level: annotation.level === 'error' ? 'failure' : annotation.level,
        title: cutText(oneLine(showHidden(annotation.title)), 200),
        message: cutText(showHidden(annotation.message), 8000) || annotation.title,
      },
    ];
  });
  return Array.from({ length: Math.ceil(all.length / checkRequestCap) }, (_, index) =>
    all.slice(index * checkRequestCap, (index + 1) * checkRequestCap),
  );
}

function placeIn(place: { file?: string | undefined; line?: number | undefined; column?: number | undefined }) {
  return {
    ...(place.file !== undefined && { file: place.file }),
    ...(place.line !== undefined && { line: place.line }),
    ...(place.column !== undefined && { column: place.column }),
  };
}
