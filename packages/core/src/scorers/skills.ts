// Which skills an agent used, as its provider lists them in `metadata.skillCalls`.
import { fitsGlob } from './glob.ts';
import type { Scorer, ScorerTable } from './scorer.ts';
import { badValue, cannotTell, isRecord, yesOrNo } from './verdicts.ts';

const skillUsed: Scorer = ({ assertion: { value, negated }, answer }) => {
  const calls = answer.metadata?.['skillCalls'];
  if (!Array.isArray(calls))
    return cannotTell('nothing tells which skills were used', 'Let the provider give "metadata.skillCalls".');
  const used = calls.flatMap((call: unknown) =>
    isRecord(call) && typeof call['name'] === 'string' && call['is_error'] !== true ? [call['name']] : [],
  );
  if (isRecord(value)) return counted(used, value, negated);
  const names: readonly unknown[] = [value].flat();
  if (names.length === 0 || !names.every((name): name is string => typeof name === 'string' && name.trim() !== ''))
    return badValue('skill-used', 'a skill, a list of skills, or a "name" or "pattern" with "min" and "max",');
  const isUsed = (name: string): boolean => used.includes(name.trim());
  const wanted = names as readonly string[];
  const pass = negated ? !wanted.some(isUsed) : wanted.every(isUsed);
  const none = negated ? 'none' : 'all';
  return yesOrNo(pass, false, () => `Expected ${none} of ${wanted.join(', ')}; used: ${used.join(', ') || 'none'}.`);
};

function counted(
  used: readonly string[],
  value: Readonly<Record<string, unknown>>,
  negated: boolean,
): ReturnType<Scorer> {
  const { min, max } = value;
  const name = trimmed(value['name']);
  const pattern = trimmed(value['pattern']);
  const isCount = (limit: unknown): boolean => limit === undefined || (Number.isInteger(limit) && Number(limit) >= 0);
  const most = max === undefined ? Number.POSITIVE_INFINITY : Number(max);
  const least = min === undefined ? (max === undefined ? 1 : 0) : Number(min);
  if ((name === '' && pattern === '') || !isCount(min) || !isCount(max) || least > most)
    return badValue('skill-used', 'a "name" or "pattern", and "min" no larger than "max",');
  // "Not between 2 and 5 times" would be a riddle; forbidding a skill is what it is for.
  if (negated && (min !== undefined || (max !== undefined && max !== 0)))
    return badValue('not-skill-used', 'a "name" or "pattern" without bounds');
  const count = used.filter(
    (skill) => (name === '' || skill === name) && (pattern === '' || fitsGlob(skill, pattern)),
  ).length;
  const pass = negated ? count === 0 : count >= least && count <= most;
  return yesOrNo(pass, false, () => `The skill ${pattern || name} was used ${count} times.`);
}

const trimmed = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

export const skillScorers: ScorerTable = new Map([['skill-used', skillUsed]]);
