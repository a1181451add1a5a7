// What endpoints say of their limits beside the answer: how long nothing more should be sent.
import type { HttpHeaders } from '@pawl/wire';

/** How many are left, and until when. */
const limits = ['requests', 'tokens'].flatMap((kind) => [
  [`x-ratelimit-remaining-${kind}`, `x-ratelimit-reset-${kind}`] as const,
  [`anthropic-ratelimit-${kind}-remaining`, `anthropic-ratelimit-${kind}-reset`] as const,
]);

/** Milliseconds until more may be sent, when the answer says that nothing is left; undefined when something is. */
export function pauseAsked(headers: HttpHeaders, now: number = Date.now()): number | undefined {
  let longest: number | undefined;
  for (const [remaining, reset] of limits) {
    const left = headers.get(remaining);
    if (left === null || left.trim() === '' || Number(left) > 0 || Number.isNaN(Number(left))) continue;
    const wait = durationOf(headers.get(reset) ?? '', now);
    if (wait !== undefined) longest = Math.max(longest ?? 0, wait);
  }
  return longest;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `6m0s`, `1.5s`, `20ms`, seconds, seconds since 1970, or a date. */
export function durationOf(text: string, now: number): number | undefined {
  const written = text.trim();
  if (written === '') return undefined;
  const number = Number(written);
  if (Number.isFinite(number))
    return number < 0 ? undefined : number > 1e9 ? Math.max(0, number * 1000 - now) : number * 1000;
  if (/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(written))
    return [...written.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)].reduce(
      (sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0),
      0,
    );
  const date = Date.parse(written);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
