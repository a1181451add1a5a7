// A provider that users wrote in JavaScript: promptfoo's `callApi`, or a plain function of the prompt. It runs where all
// users' scripts run, without network or files; one that calls a service is told to be an HTTP provider instead.
import type { EvalProvider, ModelFailure, ModelProvider, ModelReply, ScriptFile, ScriptRunner } from '@pawl/core';
import { isMap } from './json-member.ts';
import { answerOf, runScript } from './script-answer.ts';
import { thousandths } from './stream-timing.ts';

export interface ScriptProviderOptions {
  readonly provider: EvalProvider;
  readonly script: ScriptFile;
  readonly scripts: ScriptRunner;
}

export function scriptProvider({ provider, script, scripts }: ScriptProviderOptions): ModelProvider {
  const called = callable(script);
  const settings = isMap(provider.config['config']) ? provider.config['config'] : {};
  const options = { id: provider.id, label: provider.label, config: settings };
  return {
    id: provider.id,
    complete: async (request): Promise<ModelReply | ModelFailure> => {
      const prompt = request.text ?? JSON.stringify(request.messages);
      const started = performance.now();
      const context = { vars: request.vars ?? {}, prompt: { raw: prompt }, options };
      const result = await runScript(scripts, called, { prompt, context, options });
      if ('failure' in result) return withHint(result);
      const answer = answerOf(result.value);
      if ('failure' in answer) return answer;
      return { latencyMs: thousandths(performance.now() - started), ...answer, reused: false };
    },
  };
}

/** The module with one export more, which makes an instance where the provider is a class. */
function callable(script: ScriptFile): ScriptFile {
  const name = JSON.stringify(script.export ?? 'default');
  const call = `async (prompt, context, options) => {
  const Given = pawlExports()[${name}] ?? pawlExports().default ?? pawlExports();
  const provider = typeof Given === 'function' && Given.prototype?.callApi !== undefined ? new Given(options) : Given;
  return typeof provider === 'function' ? provider(prompt, context, options) : provider.callApi(prompt, context, options);
}`;
  const module = /^\s*export\s/m.test(script.source);
  const source = module
    ? `${script.source.replace(/^(\s*)export\s+default\s+/m, '$1const pawlDefault = ')}
const pawlExports = () => ({ default: typeof pawlDefault === 'undefined' ? undefined : pawlDefault${exported(script)} });
export default ${call};`
    : `${script.source}
{
  const pawlGiven = module.exports;
  const pawlExports = () => pawlGiven;
  module.exports = { default: ${call} };
}`;
  const { export: _named, ...file } = script;
  return { ...file, source };
}

const exported = ({ export: name }: ScriptFile): string =>
  name !== undefined && /^[A-Za-z_$][\w$]*$/.test(name) ? `, ${name}` : '';

function withHint({ failure, hint }: ModelFailure): ModelFailure {
  return /fetch|require|import|process|XMLHttp/.test(failure)
    ? {
        failure,
        hint: 'Scripts have no network, files or packages: write an HTTP provider (id: http), or exec: with a program.',
      }
    : { failure, hint };
}
