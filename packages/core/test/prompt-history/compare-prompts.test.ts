import { Prompt } from '@pawl/core';
import { comparePrompts, comparisonLine, exportPrompts, wordChanges } from '@pawl/core/prompt-history';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const prompt = (more: object = {}): Prompt =>
  Prompt.parse({
    model: 'small',
    modelParameters: { temperature: 0 },
    messages: [
      { role: 'system', content: 'You sort mail. Answer with one word.' },
      { role: 'user', content: 'Subject: {{subject}}\n{{body}}' },
    ],
    ...more,
  });

describe('words', () => {
  test('the least is taken out and put in, and what went stands before what came', () => {
    expect(wordChanges('Answer with one word.', 'Answer in exactly one word!')).toEqual([
      { kind: 'same', text: 'Answer ' },
      { kind: 'removed', text: 'with ' },
      { kind: 'added', text: 'in exactly ' },
      { kind: 'same', text: 'one word' },
      { kind: 'removed', text: '.' },
      { kind: 'added', text: '!' },
    ]);
  });

  test('both texts can be had back from the changes', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'ß', '.') });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = wordChanges(before, after);
        const joined = (without: string): string =>
          changes
            .filter(({ kind }) => kind !== without)
            .map((change) => change.text)
            .join('');
        expect([joined('added'), joined('removed')]).toEqual([before, after]);
      }),
    );
  });

  test('texts too long to compare are told as replaced', () => {
    const long = (letter: string): string => Array.from({ length: 3000 }, (_, index) => `${letter}${index}`).join(' ');
    expect(wordChanges(long('a'), long('b')).filter(({ kind }) => kind === 'same').length).toBeLessThan(3);
  });
});

describe('prompts', () => {
  test('nothing differs from itself', () => {
    const found = comparePrompts(prompt(), prompt());
    expect(found).toMatchObject({ same: true, messages: [], settings: [], evaluation: [] });
    expect(comparisonLine(found)).toBe('nothing a model is told');
  });

  test('a changed message, a parameter, a new variable and the model are each told', () => {
    const after = prompt({
      model: 'large',
      modelParameters: { temperature: 0.7, maxTokens: 5 },
      messages: [
        { role: 'system', content: 'You sort mail. Answer with one word.' },
        { role: 'user', content: 'From: {{sender}}\nSubject: {{subject}}' },
      ],
    });
    const found = comparePrompts(prompt(), after);
    expect(found.same).toBe(false);
    expect(found.variables).toEqual({ added: ['sender'], removed: ['body'] });
    expect(comparisonLine(found)).toBe(
      'message 2 (user), maxTokens not set → 5, model "small" → "large", temperature 0 → 0.7, new variable sender, variable body gone',
    );
  });

  test('a message that was put in between leaves the others as they are', () => {
    const [first, last] = prompt().messages;
    const after = prompt({ messages: [first, { role: 'assistant', content: 'Yes?' }, last] });
    expect(comparePrompts(prompt(), after).messages).toEqual([
      { place: 2, role: 'assistant', kind: 'added', words: [{ kind: 'added', text: 'Yes?' }] },
    ]);
    expect(comparePrompts(after, prompt()).messages).toEqual([
      { place: 2, role: 'assistant', kind: 'removed', words: [{ kind: 'removed', text: 'Yes?' }] },
    ]);
  });

  test('new cases change the evaluation and not the prompt', () => {
    const found = comparePrompts(prompt(), prompt({ testData: [{ subject: 'a', body: 'b' }] }));
    expect(found).toMatchObject({ same: true, evaluation: [{ name: 'testData' }] });
    expect(comparisonLine(found)).toBe('only testData');
  });

  test('an export is sorted by name and holds what a model is told', () => {
    const one = (name: string) => ({ name, version: 'v1.0.0', commit: 'c0ffee', digest: 'sha256:1', prompt: prompt() });
    const exported = exportPrompts('production', [one('b'), one('a')]);
    expect(Object.keys(exported.prompts)).toEqual(['a', 'b']);
    expect(exported.prompts['a']).toEqual({
      version: 'v1.0.0',
      digest: 'sha256:1',
      commit: 'c0ffee',
      model: 'small',
      messages: prompt().messages,
      parameters: { temperature: 0 },
    });
  });
});
