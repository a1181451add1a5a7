import { expect, test } from 'vitest';
import { lazily } from '../src/lazily.ts';

interface Port {
  greet(name: string): Promise<string>;
  count(): Promise<number>;
}

function counting(): { opened: number; open: () => Promise<Port> } {
  const state = { opened: 0, open: async () => ((state.opened += 1), port) };
  const port: Port & { readonly greeting: string } = {
    greeting: 'Hello',
    async greet(name) {
      return `${this.greeting} ${name}`;
    },
    count: async () => state.opened,
  };
  return state;
}

test('opens at the first question, once, however many are asked at a time', async () => {
  const state = counting();
  const port = lazily(state.open, ['greet', 'count']);
  expect(state.opened).toBe(0);
  expect(port.opened()).toBeUndefined();

  const answers = await Promise.all([port.greet('Ada'), port.count(), port.greet('Kim')]);

  expect(answers).toEqual(['Hello Ada', 1, 'Hello Kim']);
  expect(state.opened).toBe(1);
  await expect(port.opened()).resolves.toHaveProperty('greeting');
});

test('what went wrong while opening reaches everybody who asks', async () => {
  let tries = 0;
  const port = lazily<Port, 'greet'>(async () => {
    tries += 1;
    throw new Error('no such remote');
  }, ['greet']);
  await expect(port.greet('Ada')).rejects.toThrow('no such remote');
  await expect(port.greet('Kim')).rejects.toThrow('no such remote');
  expect(tries).toBe(1);
});

test('what a question answers with, errors too, is passed on', async () => {
  const port = lazily(
    async () => ({
      ask: async (): Promise<string> => {
        throw new RangeError('too far');
      },
    }),
    ['ask'],
  );
  await expect(port.ask()).rejects.toThrow(RangeError);
});
