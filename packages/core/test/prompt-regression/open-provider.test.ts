// What a suite says of how it is asked reaches whoever asks: pauses, time limits, one for the whole suite or a provider's own.
import { fakeProvider } from '@pawl/core/testing';
import type { ProviderSettings } from '@pawl/core/prompt-regression';
import { expect, test } from 'vitest';
import { evaluate } from './world.ts';

const suite = (options: string) => `prompts: ['{{mail}}']
providers:
  - openai:chat:small
  - {id: openai:chat:other, delay: 7}
evaluateOptions: {${options}}
tests: [{vars: {mail: a}, assert: [{type: contains, value: a}]}]
`;

async function opened(options: string, inputs: Record<string, string> = {}): Promise<readonly ProviderSettings[]> {
  const settings: ProviderSettings[] = [];
  await evaluate({
    files: { 'suite.yaml': suite(options) },
    provider: fakeProvider(() => 'a'),
    inputs: { prompt: 'suite.yaml', baseline: 'none', 'base-url': 'http://model.example/v1', ...inputs },
    onOpen: (each) => settings.push(each),
  });
  return settings;
}

test("the suite's pause holds for every provider that has none of its own", async () => {
  expect((await opened('delay: 40')).map(({ delayMs }) => delayMs)).toEqual([40, 7]);
  expect((await opened('')).map(({ delayMs }) => delayMs)).toEqual([undefined, 7]);
});

test("the suite's time limit holds, and what the user says wins", async () => {
  expect((await opened('timeoutMs: 1500')).map(({ timeoutMs }) => timeoutMs)).toEqual([1500, 1500]);
  expect((await opened('timeoutMs: 1500', { timeout: '3' }))[0]?.timeoutMs).toBe(3000);
  expect((await opened(''))[0]?.timeoutMs).toBe(60_000);
});
