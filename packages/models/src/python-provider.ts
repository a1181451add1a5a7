// A provider that users wrote in Python: promptfoo's `call_api(prompt, options, context)`. It is a program of the
// repository, held to the rules of `exec:`; what it answers depends on its text, so its recordings do too.
import { posix } from 'node:path';
import {
  digestOf,
  withProgram,
  type ModelFailure,
  type ModelProvider,
  type ModelReply,
  type ProgramSetting,
  type ScriptFile,
  type ScriptRunner,
  type Sha256,
} from '@pawl/core';
import { maskSecrets } from '@pawl/wire';
import { numberSetting, textSetting, type Config } from './config-values.ts';
import { isMap, member } from './json-member.ts';
import type { OpenKind } from './open-kind.ts';
import { Pacer } from './pacer.ts';
import type { Rendered } from './request-template.ts';
import { answerOf, isScriptFile, runScript } from './script-answer.ts';
import { thousandths } from './stream-timing.ts';

/** How it is run says nothing of what it answers. */
const unasked = new Set(['pythonExecutable', 'workers', 'timeout', 'timeoutMs']);

/** Part of a cassette's key: another text of the file, or of what it imports, has recordings of its own. */
export function pythonId(config: Config, sha256: Sha256): string {
  const { script, settings } = config;
  if (!isScriptFile(script)) return 'python';
  const asked = Object.fromEntries(
    Object.entries(isMap(settings) ? settings : {}).filter(([name]) => !unasked.has(name)),
  );
  const { file, export: called = '', source, modules = [] } = script;
  const digest = digestOf({ source, modules, settings: asked }, sha256);
  return `python:${file}:${called}:${digest.slice('sha256:'.length, 'sha256:'.length + 16)}`;
}

export async function openPython(opening: OpenKind): Promise<Rendered<ModelProvider>> {
  const { provider, settings, filler, scripts } = opening;
  const { script, env, settings: given } = provider.config;
  if (!isScriptFile(script)) return { failure: `The provider "${provider.id}" has no file.` };
  if (scripts === undefined) return { failure: `"${provider.id}" is Python, which cannot be run here.` };
  const config = isMap(given) ? given : {};
  const executable = textSetting(config, 'pythonExecutable');
  const workers = Math.max(1, numberSetting(config, 'workers') ?? settings.concurrency ?? 4);
  const program: ProgramSetting = {
    folder: posix.dirname(provider.place.file),
    environment: { ...filler.environment(settings.env), ...filler.environment(env) },
    timeoutMs: numberSetting(config, 'timeoutMs', 'timeout') ?? settings.timeoutMs,
    workers,
    ...(executable !== undefined && { executable }),
  };
  const basePath = await opening.folder();
  const options = {
    id: provider.id,
    ...(provider.label !== provider.id && { label: provider.label }),
    config: { ...(filler.deep(config) as Config), basePath },
  };
  const place = `${provider.place.file}${provider.place.line === undefined ? '' : `:${provider.place.line}`}`;
  return {
    value: pythonProvider({ program, options, script, scripts, workers, place, secrets: () => filler.secrets }),
  };
}

interface PythonProvider {
  readonly program: ProgramSetting;
  readonly options: Readonly<Record<string, unknown>>;
  readonly script: ScriptFile;
  readonly scripts: ScriptRunner;
  readonly workers: number;
  readonly place: string;
  readonly secrets: () => readonly string[];
}

function pythonProvider(given: PythonProvider): ModelProvider {
  const { program, options, script, workers, place, secrets } = given;
  const scripts = withProgram(given.scripts, program);
  // Until its turn comes a call is not timed.
  const pacer = new Pacer({ max: workers });
  return {
    id: String(options['id']),
    paced: true,
    complete: async (request): Promise<ModelReply | ModelFailure> => {
      const turn = await pacer.enter(false);
      if ('refused' in turn) return { failure: turn.refused, hint: '' };
      const started = performance.now();
      try {
        const prompt = request.text ?? JSON.stringify(request.messages);
        const context = {
          vars: request.vars ?? {},
          prompt: { raw: prompt, label: prompt },
          repeatIndex: request.repeat,
        };
        const result = await runScript(scripts, script, { prompt, options, context });
        const answer =
          'failure' in result ? at(place, result) : replyOf(result.value, `${script.file}:${script.export}`);
        if ('failure' in answer) return { ...answer, failure: maskSecrets(answer.failure, secrets()) };
        return { latencyMs: thousandths(performance.now() - started), ...answer, reused: false };
      } finally {
        turn.leave({ kind: 'answered', slow: false });
      }
    },
  };
}

const at = (place: string, { failure }: ModelFailure): ModelFailure => ({
  failure: `${failure} (${place})`,
  hint: 'Correct the program; it runs beside the suite, and variables of the environment it is given by name ("env").',
});

/** A dict with `output` or `error`, as promptfoo asks for; anything else is a mistake of the program. */
function replyOf(value: unknown, name: string): Omit<ModelReply, 'reused'> | ModelFailure {
  if (!isMap(value) || (!Object.hasOwn(value, 'output') && !Object.hasOwn(value, 'error')))
    return { failure: `${name} gave no dict with "output" or "error"`, hint: 'Return {"output": …}.' };
  const failed = value['error'];
  if (failed !== undefined && failed !== null && failed !== '' && typeof failed !== 'string')
    return { failure: JSON.stringify(failed).slice(0, 300), hint: 'The program says so; correct it, or what it asks.' };
  const answer = answerOf(value);
  if ('failure' in answer) return answer;
  const logProbs = member(value, 'logProbs');
  const numbers = Array.isArray(logProbs) && logProbs.every((each) => typeof each === 'number');
  return { ...answer, ...(numbers && { logProbs: logProbs as readonly number[] }) };
}
