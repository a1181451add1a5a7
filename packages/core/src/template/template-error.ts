// A template that cannot be read or rendered: where, why, and what to do.
import type { Problem } from '../formats/problem.ts';

/** Thrown inside this folder and turned into a Problem at its door. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly hint: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;

  constructor(message: string, hint: string, place: { readonly line: number; readonly column: number }) {
    super(message);
    this.hint = hint;
    this.line = place.line;
    this.column = place.column;
  }
}

export const templateError = (source: string, at: number, message: string, hint: string): TemplateError =>
  new TemplateError(message, hint, placeOf(source, at));

/** @param shift where the template begins in its file; both from 1 */
export function problemOf(
  error: TemplateError,
  file: string,
  shift: { readonly line: number; readonly column: number } = { line: 1, column: 1 },
): Problem {
  return {
    code: 'TEMPLATE_INVALID',
    severity: 'error',
    message: error.message,
    hint: error.hint,
    file,
    line: error.line + shift.line - 1,
    column: error.line === 1 ? error.column + shift.column - 1 : error.column,
  };
}

export function placeOf(source: string, at: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, at);
  const line = before.split('\n').length;
  return { line, column: at - before.lastIndexOf('\n') };
}
