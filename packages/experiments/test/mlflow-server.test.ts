// The REST side of MLflow on a double, and what only a double can be made to do. The interop test has the real server.
import { readPrompt } from '@pawl/core';
import { memoryStore } from '@pawl/core/testing';
import { startLoopbackMlflow } from '@pawl/testkit/mlflow';
import { describe, expect, test } from 'vitest';
import { importRuns, mergePrompt, parseMlflowAddress, parsePlace, runsOf, mlflowClient } from '../src/index.ts';
import { foreignRunOfMlflow } from '../src/mlflow/mlflow-run.ts';
import { promptOfVersion } from '../src/mlflow/prompt-template.ts';
import { kind, mlflowContract, plain } from './mlflow-contract.ts';
import { sha256 } from './sha256.ts';

describe('a server', () => mlflowContract(startLoopbackMlflow));

describe('credentials', () => {
  const bring = (at: string, environment: Readonly<Record<string, string>>) =>
    importRuns(runsOf({ tool: 'mlflow', at, experiments: [], revisions: [], environment, sha256 }), {
      store: memoryStore(),
      sha256,
    });

  test('come from the environment', async () => {
    await using server = await startLoopbackMlflow();
    await bring(server.url, { MLFLOW_TRACKING_TOKEN: 'token-of-ada' });
    await bring(server.url, { MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: 'hunter2-long' });
    await bring(server.url, {});
    const basic = `Basic ${Buffer.from('ada:hunter2-long').toString('base64')}`;
    expect([...new Set(server.authorizations)]).toEqual(['Bearer token-of-ada', basic, undefined]);
  });

  test('are not shown, even when the server sends them back', async () => {
    await using server = await startLoopbackMlflow();
    server.refuse = 403;
    for (const environment of [
      { MLFLOW_TRACKING_TOKEN: 'token-of-ada' },
      { MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: 'hunter2-long' },
    ]) {
      const error = await bring(server.url, environment).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'MLFLOW_REFUSED', hint: expect.stringContaining('MLFLOW_TRACKING_TOKEN') });
      const said = String(error) + JSON.stringify(error);
      for (const secret of [...Object.values(environment), Buffer.from('ada:hunter2-long').toString('base64')])
        if (secret !== 'ada') expect(said).not.toContain(secret);
    }
  });

  test('do not belong into the address', () => {
    expect(() => mlflowClient('http://ada:hunter2@127.0.0.1', {})).toThrow(/holds a name or a password/);
    expect(() => mlflowClient('http://ada:hunter2@127.0.0.1', {})).not.toThrow(/hunter2/);
  });
});

test('artifacts that a server lists outside of their run are left out, and told', () => {
  const paths = ['ok/a.txt', '../../etc/passwd', '/etc/passwd', 'a/../../b', 'C:\\x', ''];
  const { run, problems } = foreignRunOfMlflow(
    {
      id: 'r1',
      experiment: 'x',
      status: 'FINISHED',
      startTime: 1,
      artifactUri: 's3://bucket/r1/',
      params: {},
      tags: {},
      history: [],
      datasets: [],
      artifacts: paths.map((path) => ({ path, bytes: 1 })),
    },
    sha256,
  );
  expect(run.artifacts).toMatchObject([{ name: 'ok/a.txt', uri: 's3://bucket/r1/ok/a.txt' }]);
  expect(problems.map(({ code }) => code)).toEqual(paths.slice(1).map(() => 'IMPORT_ARTIFACT_PATH'));
});

describe('where a tool is', () => {
  test.each([
    ['mlflow:runs', { tool: 'mlflow', at: '/home/ada/runs' }],
    ['mlflow', { tool: 'mlflow', at: '/home/ada/mlruns' }],
    ['mlflow:https://host/base', { tool: 'mlflow', at: 'https://host/base' }],
    ['mlflow:file:///data/mlruns', { tool: 'mlflow', at: '/data/mlruns' }],
    ['wandb:/data/wandb', { tool: 'wandb', at: '/data/wandb' }],
    ['dvc', { tool: 'dvc', at: '/home/ada' }],
  ])('%s', (text, place) => {
    expect(parsePlace(text, '/home/ada')).toEqual(place);
  });

  test.each(['mlruns', 'neptune:x', 'wandb:https://api.wandb.ai', ''])('%j is refused', (text) => {
    expect(() => parsePlace(text, '/home/ada')).toThrow(expect.objectContaining({ code: 'EXCHANGE_PLACE' }));
  });

  test('a registry is on a server, named or by MLflow’s own variable', () => {
    expect(parseMlflowAddress('mlflow', { MLFLOW_TRACKING_URI: 'http://host:5000' })).toBe('http://host:5000');
    expect(parseMlflowAddress('mlflow:http://other', {})).toBe('http://other');
    expect(() => parseMlflowAddress('mlflow:sqlite:///x.db', {})).toThrow(
      expect.objectContaining({ code: 'MLFLOW_URL' }),
    );
  });
});

test('a pulled prompt changes what the model is told, and nothing else of its file', () => {
  const before =
    '# Mine.\nname: sorter\nmessages:\n  - role: user\n    content: Sort {{mail}}\ntestData: # kept\n  - mail: hello\n';
  expect(mergePrompt(before, 'sorter', plain)).toBe(before);
  const after = mergePrompt(before, 'sorter', kind);
  expect(after).toContain('# Mine.\n');
  expect(after).toMatch(/testData:\s+# kept\n {2}- mail: hello\n/);
  expect(readPrompt({ text: after, file: 'p.prompt.yml' }).value).toMatchObject(kind);
});

describe('a prompt version that cannot be a prompt file', () => {
  const version = (tags: Readonly<Record<string, string>>) =>
    promptOfVersion({ version: 3, description: '', runId: '', source: '', tags }, 'x');

  test.each([
    ['Jinja', { 'mlflow.prompt.text': '{% for a in b %}{{a}}{% endfor %}' }],
    [
      'an image',
      { _mlflow_prompt_type: 'chat', 'mlflow.prompt.text': '[{"role": "user", "content": [{"type": "image_url"}]}]' },
    ],
    ['a tool message', { _mlflow_prompt_type: 'chat', 'mlflow.prompt.text': '[{"role": "tool", "content": "x"}]' }],
    ['no JSON', { _mlflow_prompt_type: 'chat', 'mlflow.prompt.text': '[' }],
    ['no text', {}],
  ])('because of %s is refused', (_, tags) => {
    expect(version(tags)).toMatchObject({ problems: [{ code: 'MLFLOW_PROMPT_REFUSED', severity: 'error' }] });
    expect(version(tags)).not.toHaveProperty('content');
  });

  test('settings without a place in one are told', () => {
    const tags = {
      'mlflow.prompt.text': 'Hi',
      _mlflow_prompt_model_config: '{"model_name": "m", "top_k": 5, "extra_params": {"seed": 1, "beam": 2}}',
    };
    expect(version(tags)).toMatchObject({
      content: { model: 'm', modelParameters: { seed: 1 } },
      problems: [{ code: 'MLFLOW_PROMPT_SETTINGS', message: expect.stringContaining('top_k, beam') }],
    });
  });
});
