// Several numbers that gate together: all of them must pass, and one that fails is enough, without more false alarms
// than one number alone would raise.
import type { Judgement } from './judge.ts';

export interface Gate {
  readonly name: string;
  /** The verdict when each side may err with `alpha`. A fail at some level is one at every larger level. */
  verdictAt(alpha: number): Judgement['verdict'];
}

export interface GatesVerdict {
  readonly verdict: Judgement['verdict'];
  readonly failed: ReadonlySet<string>;
  /** Gates that neither passed nor failed. */
  readonly open: readonly string[];
  /** All passed, but for the strict ones. */
  readonly strictly?: true;
}

/**
 * A pass of all is an intersection-union test: each is judged at the full level, since all must be wrong together for
 * a wrong pass (Berger 1982). Fails are Holm's step-down: the first at α / m, the next at α / (m − 1), and so on
 * (Holm 1979). What passes at the full level is not failed, whatever a smaller level says.
 */
export function judgeGates(gates: readonly Gate[], alpha: number): GatesVerdict {
  const left = gates.filter((gate) => gate.verdictAt(alpha) !== 'pass');
  const failed = new Set<string>();
  for (;;) {
    const level = alpha / (gates.length - failed.size);
    const next = left.filter((gate) => !failed.has(gate.name) && gate.verdictAt(level) === 'fail');
    if (next.length === 0) break;
    for (const { name } of next) failed.add(name);
    if (failed.size === gates.length) break;
  }
  const open = left.map(({ name }) => name).filter((name) => !failed.has(name));
  return { verdict: failed.size > 0 ? 'fail' : open.length > 0 ? 'inconclusive' : 'pass', failed, open };
}

/** Numbers that settle nothing, whatever they are. */
export const openGate = (name: string): Gate => ({ name, verdictAt: () => 'inconclusive' });

/** A pass must hold for the strict gates too; that they do not makes it no fail. */
export function judgeStrictly(gates: readonly Gate[], strict: readonly Gate[], alpha: number): GatesVerdict {
  const judged = judgeGates(gates, alpha);
  if (judged.verdict !== 'pass') return judged;
  const open = strict.filter((gate) => gate.verdictAt(alpha) !== 'pass').map(({ name }) => name);
  return open.length === 0 ? judged : { ...judged, verdict: 'inconclusive', open, strictly: true };
}
