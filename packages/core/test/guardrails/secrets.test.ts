// Keys in texts. They are put together here, so that nobody's scanner takes this file for a leak.
import { expect, test } from 'vitest';
import { findSecrets } from '../../src/guardrails/index.ts';

const random = (length: number, alphabet = 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7z'): string =>
  Array.from({ length }, (_, n) => alphabet[(n * 11 + (n >> 2) * 5) % alphabet.length]).join('');
const hex = (length: number): string => random(length, '0f1e2d3c4b5a69788796a5b4');

test.each([
  ['aws-access-key', `AKIA${random(16, 'QW7ERTY2UIOP3ASD')}`],
  ['github-token', `ghp_${random(36)}`],
  ['github-token', `github_pat_${random(22)}_${random(59)}`],
  ['gitlab-token', `glpat-${random(20)}`],
  ['slack-token', `xoxb-${'7'.repeat(3)}904512-${random(24)}`],
  ['google-api-key', `AIza${random(35)}`],
  ['stripe-key', `sk_live_${random(24)}`],
  ['openai-key', `sk-proj-${random(48)}`],
  ['anthropic-key', `sk-ant-api03-${random(90)}`],
  ['hugging-face-token', `hf_${random(34, 'aBcDeFgHkLmNpQrStU')}`],
  ['npm-token', `npm_${random(36)}`],
  ['sendgrid-key', `SG.${random(22)}.${random(43)}`],
  ['databricks-token', `dapi${hex(32)}`],
  ['telegram-token', `8904512377:AA${random(33)}`],
])('finds a %s', (type, secret) => {
  const text = `Use ${secret} for it.`;
  expect(findSecrets(text)).toEqual([{ type, start: 4, end: 4 + secret.length, confidence: 1 }]);
});

test('a secret that was taken out of an answer is one still, whatever kinds are asked for', () => {
  const found = [{ type: 'removed-secret', start: 4, end: 20, confidence: 1 }];
  expect(findSecrets('Use [secret removed] for it.')).toEqual(found);
  expect(findSecrets('Use [secret removed] for it.', { types: ['npm-token'] })).toEqual(found);
});

test('finds keys by what stands around them', () => {
  const key = `-----BEGIN RSA PRIVATE ${'KEY'}-----\n${random(200)}\n-----END RSA PRIVATE ${'KEY'}-----`;
  const jwt = `eyJ${random(30)}.eyJ${random(60)}.${random(43)}`;
  const text = [
    key,
    `Authorization: Bearer ${random(40)}`,
    `aws_secret_access_key = ${random(40)}`,
    `DATABASE_URL=postgres://app:${random(14)}@db.internal/app`,
    `"password": "${random(12)}!"`,
    `AccountKey=${random(86)}==`,
    jwt,
  ].join('\n');
  expect(findSecrets(text).map(({ type }) => type)).toEqual([
    'private-key',
    'bearer-token',
    'aws-secret-key',
    'url-with-password',
    'named-secret',
    'azure-storage-key',
    'json-web-token',
  ]);
});

test.each([
  'Set OPENAI_API_KEY=sk-your-key-here-your-key-here and go.',
  'api_key: ${API_KEY}, token = process.env.GITHUB_TOKEN, password: <password>',
  `AKIAIOSFODNN7${'EXAMPLE'} is the key of the documentation`,
  'password: correcthorsebatterystaple',
  'the secret: it is a long walk; token: tokenisation',
  'commit 3a7bd3e2360a3d29eea436fcfb7e44c735d117c4',
  'postgres://user:password_example@localhost/db',
  'ghp_short and sk-1234',
])('finds none in %j', (text) => {
  expect(findSecrets(text)).toEqual([]);
});

test('looks for the kinds it is asked for alone', () => {
  expect(findSecrets(`ghp_${random(36)} npm_${random(36)}`, { types: ['npm-token'] })).toHaveLength(1);
});
