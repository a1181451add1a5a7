// What a search says, in words.
import type { Problem } from '@pawl/core';
import { escapeTerminal } from '@pawl/core/report';
import type { Looked } from './bisect-evaluation.ts';
import type { Found, SearchPlan, Step } from './bisect-search.ts';

/** As commits, and as the user wrote them. */
export interface Ends {
  readonly good: string;
  readonly bad: string;
  readonly goodName: string;
  readonly badName: string;
}

const short = (commit: string): string => commit.slice(0, 7);
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

export function planText(
  { versions, steps, calls, least, costUsd }: SearchPlan,
  ends: Ends,
  paths: readonly string[],
): string {
  const cost = calls === 0 ? '' : costUsd === undefined ? '; cost unknown' : `; at most about $${costUsd.toFixed(2)}`;
  return escapeTerminal(
    [
      `Plan: ${plural(versions, 'commit')} from ${short(ends.good)} (${ends.goodName}) to ${short(ends.bad)} (${ends.badName}) touched ${paths.join(', ')};`,
      `the two ends and about ${plural(steps, 'step')}, at most ${plural(calls, 'call')} (${least} to look at the ends once)${cost}.`,
    ].join(' '),
  );
}

const stateWords = {
  good: 'good',
  bad: 'bad',
  unclear: 'cannot be told apart',
  unreadable: 'cannot be evaluated',
} as const;

export function stepText({ commit, state, rate, cases, rounds, reason }: Step): string {
  const measured =
    rate === undefined
      ? ''
      : ` pass rate ${rate.toFixed(2)} (${plural(cases ?? 0, 'case')}, ${plural(rounds ?? 0, 'round')})`;
  return escapeTerminal(
    `${short(commit)}${measured}: ${stateWords[state]}${reason === undefined ? '' : `: ${reason}`}`,
  );
}

/** Why there is nothing to search for. */
export function noFall(
  good: Looked,
  bad: Looked,
  { case: id, maxRepeats }: { readonly case?: string; readonly maxRepeats: number },
): Problem {
  const rates = `${good.rate?.toFixed(2)} → ${bad.rate?.toFixed(2)}`;
  const what = id === undefined ? `the suite (${plural(good.cases ?? 0, 'case')})` : `the case "${id}"`;
  if (good.state === 'unreadable')
    return {
      code: 'BISECT_END',
      severity: 'error',
      message: `The good end cannot be evaluated: ${good.reason ?? ''}`,
      hint: 'Take a later commit as the good end.',
    };
  if (good.state === 'bad')
    return {
      code: 'BISECT_NO_FALL',
      severity: 'error',
      message: `Between the ends ${what} did not get worse: pass rate ${rates}.`,
      hint: 'Take another good end; or the model behind its name has changed, and both ends are as bad.',
    };
  return {
    code: 'BISECT_UNCLEAR',
    severity: 'error',
    message: `Whether ${what} got worse between the ends cannot be told: pass rate ${rates}, after ${plural(maxRepeats, 'round')}.`,
    hint:
      id === undefined
        ? 'More cases or a higher --max-repeats would tell.'
        : 'It may be flaky: a higher --max-repeats would tell.',
  };
}

export interface Told {
  readonly steps: readonly Step[];
  readonly spent: { readonly made: number; readonly reused: number; readonly costUsd: number };
  readonly paths: readonly string[];
  readonly advisory: boolean;
}

export function foundText({ commits, through, together }: Found, { steps, spent, paths, advisory }: Told): string {
  const [only, other] = commits;
  const unreadable = new Set(steps.flatMap(({ commit, state }) => (state === 'unreadable' ? [commit] : [])));
  const named = commits.map(
    ({ commit, at, author, subject }) =>
      `${short(commit)} ${at.slice(0, 10)} ${author}: ${subject}${unreadable.has(commit) ? ' (cannot be evaluated)' : ''}`,
  );
  const lines =
    only !== undefined && other === undefined
      ? [
          `The fall is at ${named[0]}`,
          ...(together === true ? ['It is a merge whose sides are good by themselves: they do not go together.'] : []),
          `  git show ${short(only.commit)} -- ${paths.map(shellWord).join(' ')}`,
        ]
      : [
          `The fall is at one of ${commits.length} commits, which the evidence cannot tell apart:`,
          ...named.map((line) => `  ${line}`),
          ...(commits.filter(({ commit }) => !unreadable.has(commit)).length > 1
            ? ['More cases, or a higher --max-repeats, would narrow it down.']
            : []),
        ];
  if (through !== undefined) lines.push(`It came with the merge ${short(through.commit)}: ${through.subject}`);
  const cost = spent.costUsd > 0 ? `, $${spent.costUsd.toFixed(2)}` : '';
  lines.push(
    `${plural(Math.max(0, steps.length - 2), 'step')}; ${plural(spent.made, 'call')} made, ${plural(spent.reused, 'recorded answer')} used${cost}. Each step errs in at most 5 % of cases on either side.`,
  );
  if (advisory) lines.push('Judges that nobody has certified decide some cases: docs/judges.md.');
  return escapeLines(lines);
}

/** To be pasted into a shell: a file's name is whatever somebody gave it. */
const shellWord = (path: string): string =>
  /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;

const escapeLines = (lines: readonly string[]): string => lines.map(escapeTerminal).join('\n');
