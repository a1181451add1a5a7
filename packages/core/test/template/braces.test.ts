import { expect, test } from 'vitest';
import { parseTemplate, renderTemplate } from '@pawl/core/template';

const render = (text: string, fields: Record<string, unknown>) => renderTemplate(parseTemplate(text), fields);

test('variables are filled, with spaces or without, as often as they come', () => {
  expect(render('{{a}} and {{ b }}, {{a}}', { a: 'x', b: 2 })).toBe('x and 2, x');
  expect(render('no variable', {})).toBe('no variable');
  expect(render('{{list}} {{yes}}', { list: [1, 'a'], yes: true })).toBe('[1,"a"] true');
});

test('a value that looks like a variable or a replacement pattern is put in as it is', () => {
  expect(render('{{a}}|{{secret}}', { a: '{{secret}} $& $1', secret: 's' })).toBe('{{secret}} $& $1|s');
});

test('neither the environment nor inherited members can be reached', () => {
  for (const name of ['env.HOME', 'constructor', '__proto__', 'toString'])
    expect(() => render(`{{${name}}}`, { a: 1 })).toThrow(`rendered without "${name}"`);
});

test('an empty or missing value is missing, never an empty text', () => {
  expect(() => render('{{a}}', { a: null })).toThrow();
  expect(render('{{a}}', { a: '' })).toBe('');
});

test('braces that hold no plain name are told apart', () => {
  expect(parseTemplate('{{ a | upper }} {{b}} {"x": {"y": 1}}')).toMatchObject({
    names: ['b'],
    strange: ['{{ a | upper }}'],
  });
});
