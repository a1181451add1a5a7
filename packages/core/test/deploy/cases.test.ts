// Every folder of fixtures/cases/deploy is a deployment file and what reading it gives.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readDeployment, type Deployment } from '@pawl/core/deploy';

const folder = new URL('../../../../fixtures/cases/deploy/', import.meta.url);
const summaryOf = (deployment: Deployment | undefined) =>
  deployment && {
    steps: deployment.strategy.steps.map(({ weight }) => weight),
    errors: deployment.guards.errors.limit,
    rollback: deployment.alpha.rollback,
    onInconclusive: deployment['on-inconclusive'],
  };

test.each(readdirSync(folder))('a deployment file reads as expected: %s', (name) => {
  const text = readFileSync(new URL(`${name}/flight.deploy.yml`, folder), 'utf8');
  const expected = JSON.parse(readFileSync(new URL(`${name}/expected.json`, folder), 'utf8')) as {
    problems: object[];
  };

  const { value, problems } = readDeployment({ text, file: 'flight.deploy.yml' });

  expect({ ...summaryOf(value), problems }).toMatchObject(expected);
  expect(problems).toHaveLength(expected.problems.length);
});
