// docs/run-json.md: what it tells people to write is what is read.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { RunDrop } from '@pawl/core/tracking';
import { gitRepo } from '@pawl/testkit/git';
import { logDrop } from '@pawl/tracking';
import { openWorld } from '@pawl/wiring';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../../docs/run-json.md', import.meta.url), 'utf8');

test('the table names every key of the format, and no other', () => {
  const rows = [...page.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key),
  );
  expect(rows.toSorted()).toEqual(Object.keys(RunDrop.shape).toSorted());
});

function pythonHere(): string | undefined {
  for (const command of ['python3', 'python']) {
    try {
      if (execFileSync(command, ['--version'], { encoding: 'utf8', timeout: 5000 }).startsWith('Python 3'))
        return command;
    } catch {
      // The next name.
    }
  }
  return undefined;
}

const python = pythonHere();
if (python === undefined) console.warn("The page's Python is not run here: there is no python3 in PATH.");

test.runIf(python !== undefined)("the page's Python writes a run that is stored", async () => {
  const snippet = /```python\n([^]*?)```/.exec(page)?.[1] ?? '';
  await using repo = await gitRepo({ 'models/delay.onnx': 'weights', 'data/train.csv': 'x\n' });
  await promisify(execFile)(python ?? '', ['-c', snippet.replace('0.3]', '0.3, float("nan")]')], { cwd: repo.path });
  await using world = await openWorld({ root: repo.path, env: repo.environment, progress: () => {} });

  const { value, problems } = await logDrop(world, { env: repo.environment, diff: true });

  expect(problems.map(({ code }) => code)).toEqual(['RUN_METRIC_NOT_FINITE']);
  expect(await world.store.read(value?.id ?? '')).toMatchObject({
    name: 'flight-delay',
    params: { lr: 0.00001, optimizer: 'adam' },
    metrics: { f1: { value: 0.91 }, loss: { value: null, step: 3 } },
    artifacts: [{ name: 'models/delay.onnx', uri: 'models/delay.onnx' }],
    inputs: [{ path: 'data/train.csv' }],
  });
});
