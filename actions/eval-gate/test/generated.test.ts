// action.yml and the README's tables are made of the action's description. After a change of it: `npm run fix`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fillReadme, renderManifest } from '@pawl/action-kit';
import { action } from '../src/action.ts';

const file = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

test('the generated action.yml says what the code reads', async () => {
  await expect(renderManifest(action)).toMatchFileSnapshot(file('action.yml'));
});

test("the README's generated tables say what the code reads", async () => {
  await expect(fillReadme(readFileSync(file('README.md'), 'utf8'), action)).toMatchFileSnapshot(file('README.md'));
});

test('the README shows the example of the description', () => {
  const readme = readFileSync(file('README.md'), 'utf8');
  for (const [name, value] of Object.entries(action.example)) expect(readme).toContain(`          ${name}: ${value}\n`);
});
