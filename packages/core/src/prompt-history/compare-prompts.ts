// What changed between two versions of a prompt, in a prompt's own terms: messages, parameters, variables.
import { canonicalJson } from '../formats/canonical.ts';
import { responseFormatOf, type Prompt } from '../formats/prompt.ts';
import { parseJinja, variablesOf } from '../template/index.ts';
import { wordChanges, type WordChange } from './words.ts';

export const promptComparisonSchema = 'pawl.prompt-comparison/1';

export interface MessageChange {
  /** Position in the version that has it, from 1: after the change where both have it. */
  readonly place: number;
  readonly role: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly words: readonly WordChange[];
}

export interface ValueChange {
  readonly name: string;
  /** JSON text; left out where it was not set. */
  readonly before?: string;
  readonly after?: string;
}

export interface PromptComparison {
  readonly schema: typeof promptComparisonSchema;
  /** A model is told the same: only cases, evaluators, comments or layout differ, if anything. */
  readonly same: boolean;
  readonly messages: readonly MessageChange[];
  /** Model, parameters and response format. */
  readonly settings: readonly ValueChange[];
  readonly variables: { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** Of the evaluation: cases, evaluators, policy. */
  readonly evaluation: readonly ValueChange[];
}

export function comparePrompts(before: Prompt, after: Prompt): PromptComparison {
  const messages = messageChanges(before.messages, after.messages);
  const settings = valueChanges(settingsOf(before), settingsOf(after));
  const [old, now] = [variableNames(before), variableNames(after)];
  return {
    schema: promptComparisonSchema,
    same: messages.length + settings.length === 0,
    messages,
    settings,
    variables: { added: now.filter((name) => !old.includes(name)), removed: old.filter((name) => !now.includes(name)) },
    evaluation: valueChanges(evaluationOf(before), evaluationOf(after)),
  };
}

/** One line for lists: "message 2 (user), temperature 0 → 0.7". */
export function comparisonLine({ messages, settings, variables, evaluation, same }: PromptComparison): string {
  const parts = [
    ...messages.map(({ place, role, kind }) => `message ${place} (${role})${kind === 'changed' ? '' : ` ${kind}`}`),
    ...settings.map(({ name, before, after }) => `${name} ${before ?? 'not set'} → ${after ?? 'not set'}`),
    ...variables.added.map((name) => `new variable ${name}`),
    ...variables.removed.map((name) => `variable ${name} gone`),
  ];
  if (!same) return parts.join(', ');
  return evaluation.length === 0 ? 'nothing a model is told' : `only ${evaluation.map(({ name }) => name).join(', ')}`;
}

type Message = Prompt['messages'][number];

/** Equal messages are anchors; between them messages of one role are the same message, changed. */
function messageChanges(before: readonly Message[], after: readonly Message[]): readonly MessageChange[] {
  const anchors = anchorsOf(before, after);
  const changes: MessageChange[] = [];
  let [from, to] = [0, 0];
  for (const [old, now] of [...anchors, [before.length, after.length] as const]) {
    changes.push(...stretch(before.slice(from, old), after.slice(to, now), from, to));
    [from, to] = [old + 1, now + 1];
  }
  return changes;
}

function anchorsOf(before: readonly Message[], after: readonly Message[]): readonly (readonly [number, number])[] {
  const anchors: (readonly [number, number])[] = [];
  let from = 0;
  for (const [place, message] of before.entries()) {
    const found = after.findIndex((other, index) => index >= from && canonicalJson(other) === canonicalJson(message));
    if (found < 0) continue;
    anchors.push([place, found]);
    from = found + 1;
  }
  return anchors;
}

function stretch(old: readonly Message[], now: readonly Message[], from: number, to: number): readonly MessageChange[] {
  const changes: MessageChange[] = [];
  const left = old.map((message, index) => ({ message, place: from + index + 1 }));
  for (const [index, message] of now.entries()) {
    const at = left.findIndex((other) => other.message.role === message.role);
    const [match] = at < 0 ? [] : left.splice(at, 1);
    changes.push({
      place: to + index + 1,
      role: message.role,
      kind: match === undefined ? 'added' : 'changed',
      words: wordChanges(match?.message.content ?? '', message.content),
    });
  }
  const removed = left.map(({ message, place }): MessageChange => ({
    place,
    role: message.role,
    kind: 'removed',
    words: wordChanges(message.content, ''),
  }));
  return [...changes, ...removed];
}

function settingsOf(prompt: Prompt): Readonly<Record<string, unknown>> {
  return { model: prompt.model, ...prompt.modelParameters, responseFormat: responseFormatOf(prompt) };
}

function evaluationOf({ testData, evaluators, ...prompt }: Prompt): Readonly<Record<string, unknown>> {
  return { testData, evaluators, 'x-pawl': prompt['x-pawl'] };
}

function valueChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly ValueChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .toSorted()
    .flatMap((name): readonly ValueChange[] => {
      const [old, now] = [before[name], after[name]].map((value) =>
        value === undefined ? undefined : canonicalJson(value),
      );
      if (old === now) return [];
      return [{ name, ...(old !== undefined && { before: old }), ...(now !== undefined && { after: now }) }];
    });
}

/** `{{name}}` as prompts have them; a message that is no template has none. */
function variableNames({ messages }: Prompt): readonly string[] {
  const names = messages.flatMap(({ content }) => {
    const parsed = parseJinja(content, { file: '' });
    return 'problem' in parsed ? [] : variablesOf(parsed.value).map(({ name }) => name);
  });
  return [...new Set(names)];
}
