// What an adapter threw, as a problem. Adapters' errors carry a code and a remedy; anything else keeps its message.
import type { Problem } from '../formats/problem.ts';

export function reasonOf(error: unknown): { message: string; code?: string; hint?: string } {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { message, code, hint } = error as { message?: unknown; code?: unknown; hint?: unknown };
  return {
    message: typeof message === 'string' ? message : 'no reason was given',
    ...(typeof code === 'string' && { code }),
    ...(typeof hint === 'string' && { hint }),
  };
}

export function problemOf(
  error: unknown,
  fallback: { readonly code: string; readonly file: string; readonly hint: string },
): Problem {
  const { message, code, hint } = reasonOf(error);
  return { code: code ?? fallback.code, severity: 'error', message, hint: hint ?? fallback.hint, file: fallback.file };
}
