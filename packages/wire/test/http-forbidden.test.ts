// Addresses that hand out a machine's credentials are not asked, however they are written and whatever name leads there.
import dns from 'node:dns';
import { expect, test, vi } from 'vitest';
import { openHttp } from '../src/index.ts';

const limits = { timeoutMs: 2000 };

test.each([
  ['http://169.254.169.254/latest/meta-data'],
  ['https://169.254.169.254.:8443/'],
  ['http://2852039166/'],
  ['http://0xA9FEA9FE/'],
  ['http://0251.0376.0251.0376/'],
  ['http://169.254.43518/'],
  ['http://１６９.254.169.254/'],
  ['http://169%2E254.169.254/'],
  ['http://[::ffff:169.254.169.254]/'],
  ['http://[::ffff:a9fe:a9fe]/'],
  ['http://[0:0:0:0:0:ffff:a9fe:a9fe]/'],
  ['http://[::ffff:0:a9fe:a9fe]/'],
  ['http://[::a9fe:a9fe]/'],
  ['http://[64:ff9b::169.254.169.254]/'],
  ['http://169.254.170.2/v2/credentials'],
  ['http://100.100.100.200/'],
  ['http://[fd00:0ec2:0::254]/'],
  ['http://METADATA.google.internal/'],
  ['http://metadata.google.internal.:80/'],
])('%s is never asked', async (url) => {
  const refused = { kind: 'url', message: expect.stringContaining('is never asked: it hands out the credentials') };
  await expect(openHttp({ method: 'GET', url }, limits)).rejects.toMatchObject(refused);
});

test.each([['http://127.0.0.1:1/'], ['http://[::ffff:7f00:1]:1/'], ['http://[::1]:1/'], ['http://localhost:1/']])(
  '%s may be asked',
  async (url) => {
    await expect(openHttp({ method: 'GET', url }, limits)).rejects.toMatchObject({ kind: 'network' });
  },
);

test.each([
  [[{ address: '169.254.169.254', family: 4 }]],
  [[{ address: '::ffff:169.254.169.254', family: 6 }]],
  [
    [
      { address: '127.0.0.1', family: 4 },
      { address: 'fd00:ec2::254', family: 6 },
    ],
  ],
])('a name that is resolved to %j is not asked', async (addresses) => {
  // No name in the real DNS is needed for it.
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_: string, options: dns.LookupOptions, done: unknown) => {
    const [{ address = '', family = 4 } = {}] = addresses;
    process.nextTick(() =>
      options.all === true
        ? (done as (error: null, all: readonly dns.LookupAddress[]) => void)(null, addresses)
        : (done as (error: null, address: string, family: number) => void)(null, address, family),
    );
  }) as typeof dns.lookup);
  for (const scheme of ['http', 'https']) {
    const sent = openHttp({ method: 'GET', url: `${scheme}://models.example:1/` }, limits);
    await expect(sent).rejects.toMatchObject({ kind: 'url', message: expect.stringContaining('is never asked') });
  }
  expect(lookup).toHaveBeenCalledTimes(2);
  lookup.mockRestore();
});
