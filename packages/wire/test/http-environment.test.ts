// What the environment says of certificates and proxies, to programs of their own: Node reads both when it starts.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authority, tlsService, type Issued } from '../src/testing/index.ts';

const company = authority('The company’s own authority');
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-wire-'));
  await writeFile(join(folder, 'ca.pem'), company.cert);
});
afterAll(() => rm(folder, { recursive: true }));

const withAuthority = () => ({ NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') });
const wire = new URL('../src/index.ts', import.meta.url).href;

/** Each answer, or the kind and the words of what went wrong. */
async function ask(urls: readonly string[], env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const code = `const { openHttp } = await import('${wire}');
    const told = [];
    for (const url of ${JSON.stringify(urls)})
      told.push(await openHttp({ method: 'POST', url, body: '{}' }, { timeoutMs: 5000 })
        .then((opened) => opened.text())
        .catch(({ kind, message }) => kind + ': ' + message));
    console.log(JSON.stringify(told));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { env });
  return JSON.parse(stdout) as string[];
}

const service = (issued: Issued) =>
  tlsService(issued, (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine'));

/** Opens tunnels, as a company's proxy does, and leads every name to this machine. */
async function proxy(refuses: (host: string) => boolean = () => false) {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer().on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '');
    sockets.add(socket);
    socket.on('error', () => {});
    if (refuses(request.url ?? '')) return void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    const there = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    sockets.add(there);
    there.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    env: { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    asked,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

test('an authority that NODE_EXTRA_CA_CERTS names is believed, and only then', async () => {
  await using server = await service(company.issue(['localhost']));
  const url = `https://localhost:${server.port}/`;
  expect(await ask([url, url], withAuthority())).toEqual(['fine', 'fine']);
  expect(server.resumed).toEqual([false]);
  const [refused] = await ask([url], {});
  expect(refused).toMatch(/^certificate: localhost:\d+ shows a certificate that cannot be trusted: its authority is/);
});

test('TLS goes through a proxy’s tunnel to the name that was asked for, and is checked there', async () => {
  await using server = await service(company.issue(['models.example']));
  await using tunnels = await proxy();
  const right = `https://models.example:${server.port}/`;
  const wrong = `https://other.example:${server.port}/`;
  const [answered, refused] = await ask([right, wrong], { ...withAuthority(), ...tunnels.env });
  expect(answered).toBe('fine');
  expect(refused).toMatch(/^certificate: other\.example:\d+ shows a certificate .* it is one for other names/);
  expect(tunnels.asked).toEqual([`models.example:${server.port}`, `other.example:${server.port}`]);
});

test('who is named in NO_PROXY is asked directly, and a proxy that refuses is told', async () => {
  await using server = await service(company.issue(['localhost', 'models.example']));
  await using tunnels = await proxy(() => true);
  const urls = [`https://localhost:${server.port}/`, `https://models.example:${server.port}/`];
  const env = { ...withAuthority(), ...tunnels.env, NO_PROXY: 'localhost' };
  const [direct, refused] = await ask(urls, env);
  expect(direct).toBe('fine');
  expect(refused).toMatch(/^network: models\.example:\d+ cannot be reached: .*403/);
  expect(tunnels.asked).toEqual([`models.example:${server.port}`]);
});
