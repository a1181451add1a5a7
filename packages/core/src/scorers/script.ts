// JavaScript that users write: a boolean, a number, or a verdict with its reason, as promptfoo reads them.
import type { Assertion, ScriptFile } from '../formats/eval-suite.ts';
import type { ScriptRequest } from '../ports/script-runner.ts';
import type { Score, ScoreFailure, ScoreRequest, Scorer, ScorerTable } from './scorer.ts';
import { badValue, cannotTell, isRecord, quoted } from './verdicts.ts';

const javascript: Scorer = async (request, world) => {
  const script = scriptOf(request.assertion);
  if (script === undefined) return badValue('javascript', 'JavaScript, or file:// and the path of a script');
  if (world.scripts === undefined)
    return cannotTell('there is no sandbox to run JavaScript in', 'Run the suite with the command line or the action.');
  const result = await world.scripts.run(scriptRequest(script, request));
  if ('failure' in result) return cannotTell(`${nameOf(script)} ${result.failure}`, sandboxHint(result.failure));
  return readVerdict(result.value, request.assertion, nameOf(script));
};

/** What a script is called with: `output` and `context`, or both as the arguments of a file's function. */
export function scriptRequest(script: string | ScriptFile, request: ScoreRequest): ScriptRequest {
  const { output } = request.answer;
  const context = scriptContext(request);
  if (typeof script === 'string') return { code: script, variables: { output, context } };
  const { kind: _kind, ...module } = script;
  return { code: '', variables: {}, module: { ...module, args: [output, context] } };
}

/** The names that promptfoo's context has. */
function scriptContext({ assertion, answer, vars, prompt, metadata }: ScoreRequest): Readonly<Record<string, unknown>> {
  const { cost, latencyMs, finishReason, logProbs, guardrails, raw } = { ...answer, cost: answer.costUsd };
  return {
    vars,
    prompt,
    config: assertion.config,
    logProbs,
    metadata: answer.metadata,
    test: { vars, metadata },
    providerResponse: {
      output: answer.output,
      raw,
      cost,
      latencyMs,
      finishReason,
      logProbs,
      guardrails,
      isRefusal: answer.refused,
      metadata: answer.metadata,
    },
  };
}

const scriptOf = ({ value }: Assertion): string | ScriptFile | undefined => {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  return isScriptFile(value) ? value : undefined;
};

export const isScriptFile = (value: unknown): value is ScriptFile =>
  isRecord(value) &&
  value.kind === 'script-file' &&
  typeof value.source === 'string' &&
  typeof value.file === 'string' &&
  (value.export === undefined || typeof value.export === 'string');

const nameOf = (script: string | ScriptFile): string => (typeof script === 'string' ? 'the script' : script.file);

const sandboxHint = (failure: string): string =>
  /'(?:process|require|fetch|module|exports|Buffer|setTimeout|global)' is not defined|cannot load/.test(failure)
    ? 'Scripts run in a sandbox: the language alone, without files, network, timers or the modules of Node.'
    : 'A script gives true or false, a number, or { pass, score, reason }, within a second.';

function readVerdict(value: unknown, { threshold, negated }: Assertion, name: string): Score | ScoreFailure {
  if (typeof value === 'boolean') {
    const pass = value !== negated;
    return { pass, score: pass ? 1 : 0, reason: pass ? 'The script agrees.' : `The script gave ${value}.` };
  }
  if (typeof value === 'number') {
    const reached = threshold === undefined ? value > 0 : value >= threshold;
    const least = threshold === undefined ? 'more than 0' : `${threshold} at least`;
    return { pass: reached !== negated, score: value, reason: `The script gave ${value}; ${least} counts as true.` };
  }
  if (
    isRecord(value) &&
    typeof value.pass === 'boolean' &&
    typeof value.score === 'number' &&
    typeof value.reason === 'string'
  ) {
    const pass = value.pass !== negated;
    const named = namedScores(value.namedScores);
    const reason =
      pass === value.pass ? value.reason : pass ? 'The script disagrees, as it should.' : 'The script agrees.';
    return { pass, score: value.score, reason, ...(named !== undefined && { named }) };
  }
  const gave = value === undefined ? 'nothing: does it return?' : quoted(JSON.stringify(value));
  return cannotTell(`${name} gave ${gave}`, 'A script gives true or false, a number, or { pass, score, reason }.');
}

export function namedScores(value: unknown): Readonly<Record<string, number>> | undefined {
  if (!isRecord(value)) return undefined;
  const numbers = Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return numbers.length === 0 ? undefined : Object.fromEntries(numbers);
}

export const scriptScorers: ScorerTable = new Map([['javascript', javascript]]);
