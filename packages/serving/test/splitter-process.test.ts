import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { splitterClient } from '@pawl/serving';
import { upstream } from './upstream.ts';

const main = fileURLToPath(new URL('../src/splitter-main.ts', import.meta.url));

async function startProcess(options: object) {
  const script = `import { serve } from ${JSON.stringify(main)}; await serve(${JSON.stringify(options)});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { listening, admin } = JSON.parse(line) as { listening: string; admin: string };
  return {
    child,
    url: listening,
    client: splitterClient({ url: admin }),
    exit: once(child, 'exit') as Promise<[number | null, string | null]>,
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

test('on SIGTERM a running request ends well, new ones are refused, and the process exits with 0', async () => {
  const release = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  await using model = await upstream(async (request, response) => {
    request.resume();
    arrived.resolve();
    await release.promise;
    response.end('{"late":true}');
  });
  using splitter = await startProcess({});
  await splitter.client.set('m', { stable: { version: 'v1', endpoint: { url: model.url } }, canaryWeight: 0 });
  const running = fetch(`${splitter.url}/v2/models/m/infer`, { method: 'POST', body: '{}' });
  await arrived.promise;

  splitter.child.kill('SIGTERM');
  await expect
    .poll(
      () =>
        fetch(`${splitter.url}/health`).then(
          () => 'served',
          () => 'refused',
        ),
      { timeout: 5000 },
    )
    .toBe('refused');
  release.resolve();

  expect(await (await running).json()).toEqual({ late: true });
  expect(await splitter.exit).toEqual([0, null]);
});

test('it ends with its parent when it is asked to', async () => {
  using splitter = await startProcess({ endWithStdin: true });

  splitter.child.stdin.end();

  expect(await splitter.exit).toEqual([0, null]);
});
