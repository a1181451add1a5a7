// The judges that a suite has, and its texts with a case's variables put in, for judging outside of an evaluation.
import type { Sha256 } from '../formats/canonical.ts';
import type { Assertion, EvalCase, EvalProvider, EvalSuite, TemplateLanguage } from '../formats/eval-suite.ts';
import type { ScoreFailure } from '../scorers/scorer.ts';
import { isRecord } from '../scorers/verdicts.ts';
import { parseJinja, renderJinja } from '../template/index.ts';
import { judgedTypes, rubricDigest } from './certificate.ts';

export interface SuiteJudge {
  readonly assertion: Assertion;
  /** What users may call it: its metric, its evaluator, its type. */
  readonly names: readonly string[];
  readonly provider?: EvalProvider;
  readonly model?: string;
}

/** Each judge once, however many cases it judges. `byDefault` is asked where an assertion names no model. */
export function judgesOf(suite: EvalSuite, byDefault: EvalProvider | undefined, sha256: Sha256): readonly SuiteJudge[] {
  const found = new Map<string, SuiteJudge>();
  for (const { assertions } of suite.cases) {
    for (const each of assertions) {
      if (each.kind === 'assertion' && !judgedTypes.has(each.type)) continue;
      const own = each.kind === 'set' ? each.assertions : [each];
      for (const assertion of own) {
        if (!judgedTypes.has(assertion.type)) continue;
        const provider = ownJudge(assertion) ?? byDefault ?? suite.judge;
        const model = provider === undefined ? '' : (provider.model ?? provider.id);
        const key = rubricDigest({ assertion, model }, sha256);
        if (found.has(key)) continue;
        const names = [assertion.metric, each.metric, assertion.type].filter((name) => name !== undefined);
        found.set(key, { assertion, names, ...(provider !== undefined && { provider, model }) });
      }
    }
  }
  return [...found.values()];
}

/** The model that an assertion names by itself. */
export function ownJudge({ provider, type, value, place }: Assertion): EvalProvider | undefined {
  if (isProvider(provider)) return provider;
  const modelId = type === 'llm' && isRecord(value) ? value['modelId'] : undefined;
  if (typeof modelId !== 'string' || modelId === '') return undefined;
  return { id: modelId, label: modelId, kind: 'openai', model: modelId, config: {}, place };
}

const isProvider = (value: unknown): value is EvalProvider => isRecord(value) && 'id' in value && 'kind' in value;

type Vars = EvalCase['vars'];

/** Puts variables into an assertion's value; the choices and prompt of an `llm` evaluator are filled when it is asked. */
export function fillAssertion(assertion: Assertion, vars: Vars, language: TemplateLanguage): Assertion | ScoreFailure {
  const { value, type } = assertion;
  if (isRecord(value) && value['kind'] === 'script-file')
    return { failure: `the value of "${type}" is a script`, hint: 'Certify the judge with a value in words.' };
  if (type === 'llm' || value === undefined) return assertion;
  const problems: string[] = [];
  const deep = (part: unknown): unknown => {
    if (typeof part === 'string') return filled(part, vars, { language, problems });
    if (Array.isArray(part)) return part.map(deep);
    if (!isRecord(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, deep(member)]));
  };
  const whole = { ...assertion, value: deep(value) };
  const [first] = problems;
  return first === undefined ? whole : { failure: first, hint: 'Correct the value, or the data of the case.' };
}

/** The suite's first prompt with a case's variables; one message's text is the prompt, several are JSON. */
export function promptText(suite: EvalSuite, vars: Vars): string {
  const [prompt] = suite.prompts;
  if (prompt === undefined) return '';
  const { language } = prompt;
  const text = (part: string): string => filled(part, vars, { language, problems: [] });
  if (prompt.body.kind === 'text') return text(prompt.body.text);
  const messages = prompt.body.messages.map((message) =>
    typeof message.content === 'string' ? { ...message, content: text(message.content) } : message,
  );
  const [only, other] = messages;
  return other === undefined && typeof only?.content === 'string' ? only.content : JSON.stringify(messages);
}

function filled(
  text: string,
  vars: Vars,
  { language, problems }: { readonly language: TemplateLanguage; readonly problems: string[] },
): string {
  if (language === 'braces')
    return text.replaceAll(/\{\{[ \t]*([\w.-]+)[ \t]*\}\}/g, (whole, name: string) => {
      const value = Object.hasOwn(vars, name) ? vars[name] : undefined;
      if (value === undefined || value === null) problems.push(`the variable "${name}" has no value`);
      return value === undefined || value === null ? whole : typeof value === 'string' ? value : JSON.stringify(value);
    });
  if (!/\{[{%#]/.test(text)) return text;
  const place = { file: 'suite' };
  const parsed = parseJinja(text, place);
  const result = 'problem' in parsed ? parsed : renderJinja(parsed.value, vars, place);
  if ('value' in result) return result.value;
  problems.push(`its value cannot be rendered: ${result.problem.message}`);
  return text;
}
