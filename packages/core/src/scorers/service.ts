// Asking a service that judges text. One that cannot be reached, refuses, or answers in another shape than its own says
// nothing about the text: never a pass.
import type { ScoreFailure, ScorerWorld } from './scorer.ts';
import { cannotTell } from './verdicts.ts';

export type ServiceAnswer = { readonly body: unknown } | ScoreFailure;

export async function askService(world: ScorerWorld, name: string, url: string, body: unknown): Promise<ServiceAnswer> {
  if (world.post === undefined)
    return cannotTell(`${name} cannot be asked here`, 'Run the suite with the command line or the action.');
  if (!/^https?:\/\/[^\s/]/i.test(url))
    return cannotTell(`${name} has no http(s) address`, 'Correct the address in the assertion.');
  try {
    const { status, body: answered } = await world.post(url, body);
    if (status >= 200 && status < 300) return { body: answered };
    return cannotTell(`${name} answered with status ${status}`, 'Look into its log; the assertion gives its address.');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return cannotTell(`${name} could not be asked: ${why}`, 'Is it running, and does this machine reach it?');
  }
}

export const strangeAnswer = (name: string, wants: string): ScoreFailure =>
  cannotTell(
    `${name} gave an answer without ${wants}`,
    'Is this the address of such a service, in a version that still speaks so?',
  );

/** `base` with a path behind it, unless it ends with one of these already. */
export function withPath(base: string, path: string, known: readonly string[] = [path]): string {
  const plain = base.replace(/\/+$/, '');
  return known.some((end) => plain.endsWith(end)) ? plain : `${plain}${path}`;
}
