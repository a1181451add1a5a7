// `mode: publish` against artifacts of strangers. A new case is a line of data: files of a handover, changed.
import { canonicalJson, makeUlid, type Operation } from '@pawl/core';
import { handoverName, writeHandover, type Handover } from '@pawl/core/handover';
import { makeZip, type ZipEntry } from '@pawl/testkit/github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../src/hand-over.ts';
import {
  forkRunEnded,
  handoverScene,
  headSha,
  outcomeOf,
  pullRequestEvent,
  runIdOf,
  runOf,
  startedAt,
  type Scene,
} from './handover-scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await handoverScene((_, work) => work());
});
afterEach(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene[Symbol.asyncDispose]();
});

const publish = (event = forkRunEnded()) =>
  scene.play({
    inputs: { mode: 'publish', candidate: '' },
    event,
    env: { GITHUB_RUN_ID: '99', GITHUB_ACTOR: 'mallory', ACTIONS_RUNTIME_TOKEN: '' },
  });

const honest: Handover = {
  manifest: {
    schema: 'pawl.handover/1',
    slug: 'eval-gate',
    section: 'eval-gate flight-delay',
    producer: { key: 'ab12ab12ab12ab12', attempt: 1, job: 'gate' },
    pullRequest: 7,
    commit: headSha,
  },
  report: outcomeOf().report,
  bundle: { runs: [{ run: runOf(), results: { 'cases.jsonl': '{"id":1}\n' } }], operations: [] },
};

const filesOf = (handover: Handover): ReadonlyMap<string, string> => writeHandover(handover, sha256).files;
const zipOf = (files: ReadonlyMap<string, string | Uint8Array>, more: readonly ZipEntry[] = []): Buffer =>
  makeZip([...[...files].map(([path, content]) => ({ path, content })), ...more]);
const put = (bytes: Buffer, name = handoverName(honest.manifest)): void => scene.artifacts.put(name, bytes);
const withManifest = (manifest: Partial<Handover['manifest']>): Handover => ({
  ...honest,
  manifest: { ...honest.manifest, ...manifest },
});
const withRun = (run: Parameters<typeof runOf>[0]): Handover => ({
  ...honest,
  bundle: { runs: [{ run: runOf(run), results: {} }], operations: [] },
});

/** Files whose digests the manifest names rightly: only what is in them is wrong. */
function resealed(change: (files: Map<string, string | Uint8Array>) => void): Buffer {
  const files = new Map<string, string | Uint8Array>(filesOf(honest));
  change(files);
  const manifest = JSON.parse(String(files.get('handover.json'))) as Record<string, unknown>;
  const digests = Object.fromEntries(
    [...files].filter(([path]) => path !== 'handover.json').map(([path, content]) => [path, sha256(content)]),
  );
  files.set('handover.json', JSON.stringify({ ...manifest, files: digests }));
  return zipOf(files);
}

const tombstone: Operation = {
  schema: 'pawl.op/1',
  id: makeUlid(startedAt, new Uint8Array(10)),
  kind: 'tombstone',
  about: runIdOf(9),
  at: '2026-11-21T09:31:00.000Z',
  data: {},
};
const runPath = `runs/${runIdOf(1)}.json`;

describe('a handover of a fork', () => {
  test('is stored with the provenance GitHub tells, and shown once, as the fork reports it', async () => {
    const lies = {
      origin: {
        trust: 'own' as const,
        repository: 'acme/flights',
        commit: 'd'.repeat(40),
        branch: 'main',
        actor: 'admin',
        pullRequest: 1,
        url: 'https://evil.example',
      },
      producer: { key: 'own', attempt: 99 },
      tags: { approved: 'yes' },
      artifacts: [{ name: 'x', digest: 'sha256:0', uri: 'file:///etc/passwd' }],
      secretly: 'more',
    };
    put(
      zipOf(
        filesOf({
          ...honest,
          bundle: { runs: [{ run: runOf(lies), results: { 'cases.jsonl': 'x\n' } }], operations: [] },
        }),
      ),
    );

    const played = await publish();

    expect(played.exitCode, played.log).toBe(0);
    const run = await scene.store.read(runIdOf(1));
    expect(run?.origin).toEqual({
      repository: 'acme/flights',
      commit: headSha,
      branch: 'mallory:topic',
      pullRequest: 7,
      actor: 'mallory',
      url: 'https://github.com/acme/flights/actions/runs/42',
      trust: 'fork',
    });
    expect(run).toMatchObject({ verdict: 'pass', producer: { key: expect.stringMatching(/^fork 42 /), attempt: 1 } });
    for (const field of ['tags', 'artifacts', 'secretly']) expect(run).not.toHaveProperty(field);
    const [comment, ...others] = scene.github.comments(7);
    expect(others).toEqual([]);
    expect(comment?.body).toContain('1 gate is inconclusive');
    expect(comment?.body).toContain("the fork's own run says pass");
    expect(comment?.body).toContain("Reported by the fork's own run");
    // Another name than the check of our own runs, which a ruleset may require; and no green.
    expect(scene.github.checkRuns()).toMatchObject([
      { name: 'pawl: fork eval-gate flight-delay', conclusion: 'neutral', headSha },
    ]);
    expect(played.outputs).toMatchObject({ verdict: 'inconclusive', passed: 'false', 'run-id': runIdOf(1) });
  });

  test('is stored and commented once, however often the workflow runs', async () => {
    put(zipOf(filesOf(honest)));
    await publish();
    const before = scene.pushes();
    const again = await publish();
    expect(again.exitCode, again.log).toBe(0);
    expect([before, scene.pushes()]).toEqual([1, 1]);
    expect(scene.github.comments(7)).toHaveLength(1);
    expect(scene.github.checkRuns()).toHaveLength(1);
  });

  test('that failed is red, and the publishing step itself is not', async () => {
    put(zipOf(filesOf({ ...honest, report: outcomeOf({ verdict: 'fail', advisory: true }).report })));
    const played = await publish();
    expect(played.exitCode).toBe(0);
    expect(scene.github.checkRuns()).toMatchObject([{ conclusion: 'failure' }]);
    expect(played.outputs['verdict']).toBe('fail');
  });

  test('with hostile texts mentions nobody, holds no markup and commands no runner', async () => {
    const evil = '@admin <img src=x> ![x](https://evil.example) ::set-env name=PATH::/evil\n::error::x\u202e |';
    const report = outcomeOf({
      name: evil,
      headline: evil,
      comparison: evil,
      blocks: [{ type: 'table', columns: [{ title: evil }], rows: [[evil]] }],
      findings: [{ severity: 'error', title: evil, message: evil, file: evil }],
    }).report;
    put(zipOf(filesOf({ ...honest, report, manifest: { ...honest.manifest, section: evil } })));
    const played = await publish();
    expect(played.exitCode, played.log).toBe(0);
    const body = scene.github.comments(7)[0]?.body ?? '';
    for (const text of [body, played.summary]) {
      // What is set as code is inert already.
      const prose = text.replaceAll(/`[^`\n]*`/g, '');
      for (const live of ['@admin', '<img', 'https://evil', '\u202e']) expect(prose).not.toContain(live);
    }
    const lines = played.log.split('\n');
    const stop = lines.findIndex((line) => line.startsWith('::stop-commands::'));
    const hostile = lines.findIndex((line) => /^::(?:set-env|error::x)/.test(line));
    expect(hostile === -1 || (stop >= 0 && stop < hostile)).toBe(true);
  });

  test('of an older attempt gives way to the newer', async () => {
    put(zipOf(filesOf(withRun({ id: runIdOf(1) }))));
    put(
      zipOf(
        filesOf({
          ...withRun({ id: runIdOf(2) }),
          manifest: { ...honest.manifest, producer: { ...honest.manifest.producer, attempt: 2 } },
        }),
      ),
    );
    await publish(forkRunEnded({ run_attempt: 2 }));
    expect((await scene.store.list()).map(({ id }) => id)).toEqual([runIdOf(2)]);
  });
});

const run = (change: Parameters<typeof runOf>[0]) => () => zipOf(filesOf(withRun(change)));
const json = (path: string, text: string | Uint8Array) => () => resealed((files) => files.set(path, text));

const hostile: readonly (readonly [what: string, artifact: () => Buffer, reason: RegExp])[] = [
  ['a path that climbs out', () => zipOf(filesOf(honest), [{ path: '../../.bashrc', content: 'x' }]), /leads out/],
  ['an absolute path', () => zipOf(filesOf(honest), [{ path: '/etc/cron.d/x', content: 'x' }]), /leads out/],
  [
    'a symbolic link',
    () => zipOf(filesOf(honest), [{ path: `results/${runIdOf(1)}/x`, content: '/etc/passwd', mode: 0o120777 }]),
    /link or a device/,
  ],
  [
    'a file that does not belong',
    () => zipOf(filesOf(honest), [{ path: '.github/workflows/x.yml', content: 'x' }]),
    /does not belong/,
  ],
  [
    'a hidden result',
    () => zipOf(filesOf(honest), [{ path: `results/${runIdOf(1)}/.x`, content: 'x' }]),
    /does not belong/,
  ],
  [
    'a bomb',
    () => zipOf(filesOf(honest), [{ path: `results/${runIdOf(1)}/x`, content: Buffer.alloc(50_000_000), size: 10 }]),
    /does not unpack/,
  ],
  [
    'a large file',
    () => resealed((files) => files.set(`results/${runIdOf(1)}/x`, 'x'.repeat(1_000_001))),
    /unpacks to 1000001/,
  ],
  [
    'very many files',
    () =>
      zipOf(
        filesOf(honest),
        Array.from({ length: 600 }, (_, n) => ({ path: `results/${runIdOf(1)}/${n}`, content: '' })),
      ),
    /files, and 500/,
  ],
  [
    'very many rows',
    () => resealed((files) => files.set(`results/${runIdOf(1)}/cases.jsonl`, '\n'.repeat(200_001))),
    /200000 lines/,
  ],
  ['no zip', () => Buffer.from('not a zip at all, but long enough to be one'), /no zip/],
  ['a zip that was cut off', () => zipOf(filesOf(honest)).subarray(0, -30), /no zip/],
  ['a name twice', () => zipOf(filesOf(honest), [{ path: 'report.json', content: '{}' }]), /twice/],
  ['no manifest', () => zipOf(new Map([['report.json', '{}']])), /no handover\.json/],
  ['no report', () => resealed((files) => files.delete('report.json')), /no report\.json/],
  [
    'a file that the manifest does not name',
    () => zipOf(filesOf(honest), [{ path: `results/${runIdOf(1)}/x`, content: 'x' }]),
    /does not name/,
  ],
  [
    'a digest that is wrong',
    () => zipOf(new Map([...filesOf(honest), [runPath, canonicalJson(runOf({ verdict: 'fail' }))]])),
    /not what its digest says/,
  ],
  [
    'a result that the run does not name',
    () => resealed((files) => files.set(`results/${runIdOf(1)}/x`, 'x')),
    /not what the run says/,
  ],
  ['a result of no run', () => resealed((files) => files.set(`results/${runIdOf(5)}/x`, 'x')), /belongs to no run/],
  ['JSON that is none', json('report.json', '{"schema": '), /no JSON/],
  ['JSON of ten thousand brackets', json('report.json', '['.repeat(10_000)), /brackets within brackets/],
  [
    'details of details of details',
    json('report.json', JSON.stringify({ ...honest.report, blocks: [deep(60)] })),
    /brackets within brackets/,
  ],
  ['a key that JavaScript obeys', json('report.json', '{"__proto__": {"verdict": "pass"}}'), /"__proto__"/],
  ['bytes that are no text', json(runPath, Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d])), /UTF-8/],
  ['a schema of the future', json(runPath, canonicalJson({ ...runOf(), schema: 'pawl.run/9' })), /newer Pawl/],
  ['a run that is none', json(runPath, '{"schema":"pawl.run/1"}'), /no pawl\.run\/1/],
  ['a run with another id than its file', json(runPath, canonicalJson(runOf({ id: runIdOf(2) }))), /another id/],
  ['a run of another kind', run({ kind: 'training' }), /of kind training/],
  ['an id of the far future', run({ id: runIdOf(1, 2 ** 47) }), /not made while the workflow ran/],
  ['an id of last year', run({ id: runIdOf(1, startedAt - 31_536_000_000) }), /not made while the workflow ran/],
  ['a start of another day', run({ startedAt: '2031-01-01T00:00:00.000Z' }), /when the workflow did not run/],
  ['a start that is no time', run({ startedAt: 'zzzz' }), /when the workflow did not run/],
  ['an operation', () => zipOf(filesOf({ ...honest, bundle: { runs: [], operations: [tombstone] } })), /operations/],
  [
    'another pull request',
    () => zipOf(filesOf(withManifest({ pullRequest: 8 }))),
    /pull request 8, which is not the one/,
  ],
  [
    'a pull request that is none',
    () => zipOf(filesOf(withManifest({ pullRequest: 12_345 }))),
    /12345 could not be read/,
  ],
  ['another commit', () => zipOf(filesOf(withManifest({ commit: 'd'.repeat(40) }))), /commit dddddddddddd/],
  [
    'another name than its artifact',
    () => zipOf(filesOf(withManifest({ producer: { ...honest.manifest.producer, key: 'ff12ab12ab12ab12' } }))),
    /calls itself/,
  ],
  ['an artifact of 17 MB', () => Buffer.alloc(17_000_000), /16000000 are allowed/],
];

function deep(levels: number): unknown {
  return levels === 0 ? { type: 'text', text: 'x' } : { type: 'details', summary: 'x', blocks: [deep(levels - 1)] };
}

describe('an artifact is refused whole, with its reason, when it holds', () => {
  test.each(hostile)('%s', async (_, artifact, reason) => {
    put(artifact());
    const played = await publish();
    expect(played.exitCode, played.log).toBe(3);
    expect(played.log).toMatch(/::error title=(?:HANDOVER|PUBLISH)_/);
    expect(played.log).toMatch(reason);
    expect(played.log).not.toContain('PAWL_BROKE');
    expect(played.outputs).toMatchObject({ verdict: 'error', passed: 'false' });
    expect(await scene.store.list({ all: true })).toEqual([]);
    expect(scene.pushes()).toBe(0);
    expect(scene.github.comments()).toEqual([]);
    expect(scene.github.checkRuns()).toEqual([]);
  });

  test('the id of a run that the store has', async () => {
    await scene.store.add({ runs: [{ run: runOf({ headline: 'ours' }), results: {} }], operations: [] });
    put(zipOf(filesOf(honest)));
    const played = await publish();
    expect(played.exitCode).toBe(3);
    expect(played.log).toMatch(/the store has another run with the id/);
    expect(await scene.store.read(runIdOf(1))).toMatchObject({ headline: 'ours' });
    expect(scene.github.comments()).toEqual([]);
  });

  test('and an honest one beside it is not published either', async () => {
    put(zipOf(filesOf(honest)));
    const name = handoverName({ slug: 'eval-gate', producer: { key: 'cc12ab12ab12ab12', attempt: 1, job: 'x' } });
    put(Buffer.from('no zip'), name);
    const played = await publish();
    expect(played.exitCode).toBe(3);
    expect(scene.pushes()).toBe(0);
    expect(scene.github.comments()).toEqual([]);
  });
});

describe('publishing', () => {
  test('is an error when nothing was handed over', async () => {
    scene.artifacts.put('something-else', Buffer.from('x'));
    const played = await publish();
    expect(played.exitCode).toBe(3);
    expect(played.log).toContain('handed nothing over');
    expect(played.outputs['passed']).toBe('false');
  });

  test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['a run of this repository', { head_repository: { full_name: 'acme/flights' } }, /of this repository/],
    ['a run of a push', { event: 'push' }, /started by "push"/],
    ['a run whose pull request has moved on', { head_sha: 'e'.repeat(40) }, /moved on/],
  ])('says nothing for %s', async (_, overrides, reason) => {
    put(zipOf(filesOf(withManifest({ commit: String(overrides['head_sha'] ?? headSha) }))));
    const played = await publish(forkRunEnded(overrides));
    expect(played.exitCode, played.log).toBe(0);
    expect(played.log).toMatch(reason);
    expect(played.outputs).toMatchObject({ verdict: 'inconclusive', passed: 'false' });
    expect(scene.pushes()).toBe(0);
    expect(scene.github.comments()).toEqual([]);
  });

  test('believes no pull request whose head is another fork with the same commit', async () => {
    put(zipOf(filesOf(honest)));
    const played = await publish(forkRunEnded({ head_repository: { full_name: 'eve/flights' } }));
    expect(played.exitCode).toBe(3);
    expect(played.log).toContain('not the one that workflow run 42 ran for');
  });

  test('is refused outside a workflow_run', async () => {
    const event = { name: 'pull_request', payload: pullRequestEvent('acme/flights') };
    const played = await scene.play({ inputs: { mode: 'publish' }, event });
    expect(played.exitCode).toBe(3);
    expect(played.log).toContain('was not started by a workflow run');
  });
});
