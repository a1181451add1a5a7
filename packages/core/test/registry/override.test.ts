// Who may force a model past its gate.
import { barredFromForcing, type Person } from '@pawl/core/registry';
import { fakeWorkspace } from '@pawl/core/testing';
import { expect, test } from 'vitest';

const policy = (override: string): string => `name: flight
task: classification
data: { path: d.csv, id: id, label: late }
metrics: { accuracy: {} }
${override}
`;
const ada: Person = { name: 'Ada', email: 'ada@example.com' };
const bob: Person = { name: 'Bob', email: 'bob@example.com' };
const barred = (person: Person, override: string, name = 'flight') =>
  barredFromForcing(name, person, fakeWorkspace({ 'models/flight.gate.yml': policy(override) }));

test('those named may: by e-mail, by name, by GitHub handle', async () => {
  expect(await barred(ada, 'override: { by: [ADA@example.com] }')).toBeUndefined();
  expect(await barred(ada, 'override: { by: [bob, Ada] }')).toBeUndefined();
  expect(await barred({ ...bob, githubActor: 'grace' }, 'override: { by: ["@Grace"] }')).toBeUndefined();
});

test('nobody else may, and is told whom to ask', async () => {
  expect(await barred(bob, 'override: { by: [ada@example.com, "@grace"] }')).toMatchObject({
    code: 'REGISTRY_OVERRIDE_NOT_ALLOWED',
    message: 'Bob may not force flight past its gate, says models/flight.gate.yml.',
    hint: 'Ask ada@example.com, @grace, or let the gate judge again.',
  });
  // A handle is GitHub's word: Git's name alone does not meet it.
  expect(await barred({ name: 'grace', email: 'g@example.com' }, 'override: { by: ["@grace"] }')).toBeDefined();
});

test('a policy that names nobody, or another model, leaves it to pawl.yml', async () => {
  expect(await barred(bob, '')).toBeUndefined();
  expect(await barred(bob, 'override: { by: [ada] }', 'mail')).toBeUndefined();
});
