import { makeZip, type ZipEntry } from '@pawl/testkit/github';
import { expect, test } from 'vitest';
import { readZip } from '@pawl/github';

const limits = { files: 10, fileBytes: 1000, bytes: 2500 };
const text = 'x'.repeat(100);

test('an honest zip is read, packed or stored, and folders in it are no files', () => {
  const zip = makeZip([
    { path: 'runs/', content: '', mode: 0o040755 },
    { path: 'runs/a.json', content: text },
    { path: 'é.txt', content: 'é', method: 0 },
  ]);
  const read = readZip(zip, limits);
  expect('files' in read && read.files.map(({ path, content }) => [path, Buffer.from(content).toString()])).toEqual([
    ['runs/a.json', text],
    ['é.txt', 'é'],
  ]);
});

const hostile: readonly (readonly [string, readonly ZipEntry[], RegExp])[] = [
  ['a path that climbs out', [{ path: '../../.bashrc', content: text }], /leads out/],
  ['an absolute path', [{ path: '/etc/passwd', content: text }], /leads out/],
  ['a drive', [{ path: 'C:/x', content: text }], /leads out/],
  ['a path of Windows', [{ path: 'runs\\..\\x', content: text }], /leads out/],
  ['a symbolic link', [{ path: 'report.json', content: '/etc/passwd', mode: 0o120777 }], /link or a device/],
  ['a device', [{ path: 'report.json', content: '', mode: 0o020666 }], /link or a device/],
  ['an encrypted file', [{ path: 'report.json', content: text, flags: 1 }], /encrypted/],
  ['another packing', [{ path: 'report.json', content: text, method: 12 }], /packed in a way/],
  ['a bomb that announces itself', [{ path: 'a', content: Buffer.alloc(5_000_000) }], /unpacks to 5000000 bytes/],
  ['a bomb that lies', [{ path: 'a', content: Buffer.alloc(5_000_000), size: 10 }], /does not unpack to the 10 bytes/],
  ['a file that is less than it announces', [{ path: 'a', content: text, size: 900 }], /not what was packed/],
  [
    'a bomb in parts',
    [1, 2, 3].map((n) => ({ path: `${n}`, content: Buffer.alloc(900) })),
    /unpacks to 900 bytes, and 700/,
  ],
  ['too many files', Array.from({ length: 11 }, (_, n) => ({ path: `${n}`, content: '' })), /11 files/],
  [
    'a name twice',
    [
      { path: 'a', content: '1' },
      { path: 'a', content: '2' },
    ],
    /"a" twice/,
  ],
  ['two names for one file', [{ path: 'a', localPath: 'b', content: '1' }], /another name/],
  ['a control character in a name', [{ path: 'a\u0007', content: '1' }], /a file named "a\\u0007"/],
];

test.each(hostile)('%s is refused', (_, entries, wrong) => {
  expect(readZip(makeZip(entries), limits)).toEqual({ wrong: expect.stringMatching(wrong) });
});

test('what is no zip, or only a part of one, is refused wherever it was cut', () => {
  const zip = makeZip([
    { path: 'a', content: text },
    { path: 'b', content: text },
  ]);
  expect(readZip(Buffer.from('<html>404</html>'), limits)).toEqual({ wrong: expect.stringMatching(/no zip/) });
  for (let length = 0; length < zip.length; length++)
    expect(readZip(zip.subarray(0, length), limits), `${length} bytes`).toHaveProperty('wrong');
});

test('a byte changed anywhere gives the same files, other bytes of no file, or a refusal; never a crash', () => {
  const zip = makeZip([
    { path: 'a', content: text },
    { path: 'b', content: 'second' },
  ]);
  for (let at = 0; at < zip.length; at++) {
    const changed = Buffer.from(zip);
    changed[at] = (changed[at] ?? 0) ^ 0xff;
    const read = readZip(changed, limits);
    if ('files' in read)
      for (const { content } of read.files) expect([text, 'second', '']).toContain(Buffer.from(content).toString());
  }
});
