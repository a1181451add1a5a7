// Chats that are written as JSON, as OpenAI's API takes them.
import { expect, test } from 'vitest';
import type { EvalPrompt } from '../../src/formats/eval-suite.ts';
import { compilePrompt } from '../../src/prompt-regression/render-prompt.ts';

const messagesOf = (text: string, fields: Record<string, unknown> = {}) => {
  const prompt: EvalPrompt = {
    label: 'p',
    language: 'jinja',
    body: { kind: 'text', text },
    parameters: {},
    place: { file: 'suite.yaml' },
  };
  const rendered = compilePrompt(prompt, true).render(fields);
  return 'value' in rendered ? rendered.value.messages : rendered.failure;
};
const calls = [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"{{city}}"}' } }];

test('calls of tools and their answers stay in a chat, with their variables filled', () => {
  const chat = [
    { role: 'user', content: 'Weather in {{city}}?' },
    { role: 'assistant', content: null, tool_calls: calls },
    { role: 'tool', tool_call_id: 'c1', content: 'rain' },
  ];
  expect(messagesOf(JSON.stringify(chat), { city: 'Köln' })).toEqual([
    { role: 'user', content: 'Weather in Köln?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Köln"}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'rain' },
  ]);
});

test('an assistant that only calls tools needs no content', () => {
  expect(messagesOf(JSON.stringify([{ role: 'assistant', tool_calls: calls }]))).toMatchObject([
    { role: 'assistant', content: null },
  ]);
});

test.each([
  ['a message without a text', '[{"role": "user", "content": null}]'],
  ['parts that are none', '[{"role": "user", "content": [null, 1]}]'],
  ['a content that is a map', '[{"role": "user", "content": {"text": "hi"}}]'],
])('%s is no chat, and is sent as the text it is', (_, text) => {
  expect(messagesOf('{{chat}}', { chat: text })).toEqual([{ role: 'user', content: text }]);
});

test('what a prompt says a variable is by default stands where a case says nothing', () => {
  const prompt: EvalPrompt = {
    label: 'p',
    language: 'jinja',
    body: { kind: 'chat', messages: [{ role: 'user', content: '{{greeting}} {{name}}{{mark}}' }] },
    parameters: {},
    defaults: { greeting: 'Hello', name: 'you' },
    place: { file: 'p.prompty' },
  };
  const { render } = compilePrompt(prompt, false);
  expect(render({ name: 'Ada', mark: '!' })).toMatchObject({ value: { messages: [{ content: 'Hello Ada!' }] } });
});
