// Python that users write: a boolean, a number, or a verdict with its reason, as promptfoo reads them. It is a program of
// the repository; whatever goes wrong with it is no pass, under `not-` neither.
import type { Assertion } from '../formats/eval-suite.ts';
import type { ScriptRequest } from '../ports/script-runner.ts';
import { withoutHidden } from './hidden-score.ts';
import type { Score, ScoreFailure, ScoreRequest, Scorer, ScorerTable } from './scorer.ts';
import { isScriptFile, namedScores, scriptRequest } from './script.ts';
import { badValue, cannotTell, isRecord, quoted } from './verdicts.ts';

const wants = 'True or False, a number, or {"pass": …, "score": …, "reason": …}';

const python: Scorer = async (request, world) => {
  const { assertion } = request;
  const asked = requestOf(request);
  if (asked === undefined) return badValue('python', 'Python, or file:// and the path of a file');
  if (world.scripts === undefined)
    return cannotTell('Python cannot be run here', 'Run the suite with the command line or the action.');
  const name = nameOf(assertion, asked);
  const result = await world.scripts.run(asked);
  if ('failure' in result)
    return cannotTell(`${name} ${result.failure}`, `Correct it; a check in Python gives ${wants}.`);
  const verdict = readVerdict(result.value, assertion, name);
  return world.scripts.hide === undefined ? verdict : withoutHidden(verdict, world.scripts.hide);
};

function requestOf(request: ScoreRequest): ScriptRequest | undefined {
  const { value, shape } = request.assertion;
  if (isScriptFile(value)) return scriptRequest(value, request);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const name = placeOf(request.assertion);
  return { ...scriptRequest(value, request), python: { name, ...(shape !== undefined && { shape }) } };
}

const placeOf = ({ place: { file, line } }: Assertion): string => (line === undefined ? file : `${file}:${line}`);

/** `checks.py:get_assert (promptfooconfig.yaml:12)` */
function nameOf(assertion: Assertion, { module }: ScriptRequest): string {
  const place = placeOf(assertion);
  return module === undefined ? `the Python at ${place}` : `${module.file}:${module.export} (${place})`;
}

/** A text is taken for what it says, as promptfoo does; one that only begins with a number is none. */
function readVerdict(given: unknown, assertion: Assertion, name: string): Score | ScoreFailure {
  const value = typeof given === 'string' ? ofText(given) : given;
  const { threshold, negated } = assertion;
  if (typeof value === 'boolean') return judged(value !== negated, null, `The Python gave ${value}.`);
  if (typeof value === 'number') {
    const reached = threshold === undefined ? value > 0 : value >= threshold;
    const least = threshold === undefined ? 'more than 0' : `${threshold} at least`;
    return judged(reached !== negated, value, `The Python gave ${value}; ${least} counts as true.`);
  }
  const verdict = isRecord(value) ? verdictOf(value) : undefined;
  if (verdict !== undefined) return ofVerdict(verdict, assertion);
  const gave = given === undefined || given === null ? 'nothing: does it return?' : quoted(JSON.stringify(given));
  return cannotTell(`${name} gave ${gave}`, `A check in Python gives ${wants}.`);
}

const judged = (pass: boolean, score: number | null, reason: string): Score => ({
  pass,
  score: score ?? (pass ? 1 : 0),
  reason,
});

function ofText(text: string): unknown {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower === 'true';
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
  return /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : text;
}

interface Verdict {
  readonly pass: boolean;
  readonly score: number;
  readonly reason: string;
  readonly named: Readonly<Record<string, number>> | undefined;
}

/** Keys as JavaScript or as Python writes them. */
function verdictOf(given: Readonly<Record<string, unknown>>): Verdict | undefined {
  const { score, reason } = given;
  const pass = given['pass'] ?? given['pass_'];
  const named = given['namedScores'] ?? given['named_scores'];
  const parts = given['componentResults'] ?? given['component_results'];
  if (typeof pass !== 'boolean' || typeof score !== 'number' || typeof reason !== 'string') return undefined;
  if ((named !== undefined && typeof named !== 'object') || (parts !== undefined && !Array.isArray(parts)))
    return undefined;
  return { pass, score, reason, named: namedScores(named) };
}

/** A score below the threshold fails, whatever the check says of itself. */
function ofVerdict({ pass: said, score, reason, named }: Verdict, { threshold, negated }: Assertion): Score {
  const short = threshold !== undefined && score < threshold;
  const holds = said && !short;
  const pass = holds !== negated;
  const told = short
    ? `The score ${score} is below the threshold ${threshold}${reason === '' ? '' : `: ${reason}`}`
    : reason;
  const words = pass === holds ? told : pass ? 'The Python disagrees, as it should.' : 'The Python agrees.';
  return { pass, score, reason: words, ...(named !== undefined && { named }) };
}

export const pythonScorers: ScorerTable = new Map([['python', python]]);
