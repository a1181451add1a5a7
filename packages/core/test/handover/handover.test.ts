import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { makeUlid, type Report, type Run } from '@pawl/core';
import {
  bundlesOf,
  collectedVerdict,
  countLegs,
  handoverName,
  isHandoverName,
  legWords,
  newestHandovers,
  readHandover,
  writeHandover,
  type Handover,
  type HandoverProducer,
} from '@pawl/core/handover';
import { readJson } from '../../src/handover/read-json.ts';

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const idOf = (nth: number): string =>
  makeUlid(1_795_000_000_000, Uint8Array.from([0, 0, 0, 0, 0, 0, 0, nth >> 16, (nth >> 8) & 255, nth & 255]));

const runOf = (nth: number): Run => ({
  schema: 'pawl.run/1',
  id: idOf(nth),
  kind: 'drift-report',
  name: 'flights',
  startedAt: '2026-11-21T09:31:00.000Z',
  origin: {},
  inputs: [],
  params: {},
  metrics: {},
  results: {},
});

interface Made {
  readonly nth?: number;
  readonly runs?: readonly number[];
  readonly producer?: Partial<HandoverProducer>;
  readonly report?: Partial<Report>;
  readonly results?: Readonly<Record<string, string>>;
}

const make = ({ nth = 1, runs = [nth], producer = {}, report = {}, results = {} }: Made = {}): Handover => ({
  manifest: {
    schema: 'pawl.handover/1',
    slug: 'drift-report',
    section: `drift-report flights ${nth}`,
    producer: { key: String(nth).padStart(16, '0'), attempt: 1, job: 'gate', ...producer },
  },
  report: {
    schema: 'pawl.report/1',
    kind: 'drift-report',
    name: 'flights',
    verdict: 'pass',
    headline: '',
    comparison: '',
    n: null,
    blocks: [],
    findings: [],
    problems: [],
    footer: {},
    ...report,
  },
  bundle: { runs: runs.map((run) => ({ run: runOf(run), results })), operations: [] },
});

const filesOf = (handover: Handover) =>
  [...writeHandover(handover, sha256).files].map(([path, text]) => ({ path, content: bytes(text) }));

describe('the files of a handover', () => {
  test('give back what was written, with the digest of every result', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/), fc.string({ unit: 'binary' }), { maxKeys: 4 }),
        fc.string(),
        (results, headline) => {
          const handover = make({ results, report: { headline } });
          // Half of a surrogate pair is no text: it has no UTF-8.
          fc.pre([headline, ...Object.values(results)].every((text) => text.isWellFormed()));
          const read = readHandover(filesOf(handover), 'x', sha256);
          const digests = Object.fromEntries(Object.entries(results).map(([file, text]) => [file, sha256(text)]));
          const [stored] = handover.bundle.runs;
          expect(read).toEqual({
            value: {
              ...handover,
              bundle: { runs: [{ run: { ...stored?.run, results: digests }, results }], operations: [] },
            },
            problems: [],
          });
        },
      ),
      { seed: 7, numRuns: 60 },
    );
  });

  test('with one bit changed anywhere are refused', () => {
    const files = filesOf(make({ results: { 'cases.jsonl': '{"id":1}\n' } }));
    for (const [index, { content }] of files.entries()) {
      for (let at = 0; at < content.length; at += 7) {
        const changed = Uint8Array.from(content);
        changed[at] = (changed[at] ?? 0) ^ 1;
        const read = readHandover(
          files.map((file, other) => (other === index ? { ...file, content: changed } : file)),
          'x',
          sha256,
        );
        // The manifest has no digest of its own: another value in it may be as good as the first.
        if (files[index]?.path !== 'handover.json') expect(read.value, `${files[index]?.path} ${at}`).toBeUndefined();
      }
    }
  });

  test('leave out a run whose result is too large, and still tell the section', () => {
    const written = writeHandover(make({ results: { 'cases.jsonl': 'x'.repeat(1_000_001) } }), sha256);
    expect(written.leftOut).toEqual([expect.stringContaining('larger than 1 MB')]);
    const read = readHandover(
      [...written.files].map(([path, text]) => ({ path, content: bytes(text) })),
      'x',
      sha256,
    );
    expect(read.value?.bundle.runs).toEqual([]);
    expect(read.value?.report.name).toBe('flights');
  });
});

test('JSON is measured before it is parsed, and brackets in texts do not count', () => {
  expect(readJson(bytes(JSON.stringify({ text: '[[[['.repeat(100), quote: '\\"[[' })))).toHaveProperty('value');
  expect(readJson(bytes(`${'['.repeat(40)}${']'.repeat(40)}`))).toHaveProperty('value');
  expect(readJson(bytes(`${'['.repeat(41)}${']'.repeat(41)}`))).toHaveProperty('wrong');
  expect(readJson(bytes('{"a":{"__proto__":1}}'))).toEqual({ wrong: 'has the key "__proto__"' });
  expect(readJson(bytes('{"metrics":{"constructor":1}}'))).toEqual({ value: { metrics: { constructor: 1 } } });
});

test('an artifact is a handover by its whole name', () => {
  expect(isHandoverName(handoverName(make().manifest))).toBe(true);
  for (const name of [
    'pawl-bundle-x-0000000000000001',
    'pawl-bundle-deploy-1',
    'my-pawl-bundle-deploy-0000000000000001',
  ])
    expect(isHandoverName(name)).toBe(false);
});

describe('collecting', () => {
  test('takes the newest attempt of each step', () => {
    const newest = newestHandovers([
      make({ nth: 2 }),
      make({ nth: 1, producer: { attempt: 2 }, report: { verdict: 'pass' } }),
      make({ nth: 1, producer: { attempt: 1 }, report: { verdict: 'fail' } }),
    ]);
    expect(newest.map(({ manifest }) => [manifest.section, manifest.producer.attempt])).toEqual([
      ['drift-report flights 1', 2],
      ['drift-report flights 2', 1],
    ]);
  });

  test('makes bundles of at most 1000 runs, each run once, none that is known, whatever the order', () => {
    const legs = Array.from({ length: 21 }, (_, leg) =>
      make({ nth: leg, runs: Array.from({ length: 100 }, (_run, nth) => (leg % 20) * 100 + nth) }),
    );
    const bundles = bundlesOf(legs, new Set([idOf(0), idOf(1999)]));
    expect(bundles.map(({ runs }) => runs.length)).toEqual([1000, 998]);
    expect(new Set(bundles.flatMap(({ runs }) => runs.map(({ run }) => run.id))).size).toBe(1998);
    expect(bundlesOf(legs.toReversed(), new Set([idOf(0), idOf(1999)]))).toEqual(bundles);
    expect(bundlesOf(legs.slice(0, 1), new Set(legs[0]?.bundle.runs.map(({ run }) => run.id)))).toEqual([]);
  });

  test.each<[Report['verdict'][], Report['verdict']]>([
    [['pass', 'pass'], 'pass'],
    [['pass', 'inconclusive'], 'inconclusive'],
    [['fail', 'inconclusive'], 'fail'],
    [['fail', 'error'], 'error'],
    [[], 'error'],
  ])('says of %j: %s', (verdicts, worst) => {
    expect(collectedVerdict(verdicts.map((verdict, nth) => make({ nth, report: { verdict } })))).toBe(worst);
  });

  test('lets advice fail nothing, and an error of advice still be one', () => {
    expect(collectedVerdict([make({ report: { verdict: 'fail', advisory: true } })])).toBe('pass');
    expect(collectedVerdict([make({ report: { verdict: 'error', advisory: true } })])).toBe('error');
  });
});

describe('the count of legs', () => {
  const leg = (legIndex: number, legs = 4): Handover =>
    make({ nth: legIndex, producer: { leg: `py3.${10 + legIndex}`, legIndex, legs } });
  const none = { names: [], needs: {} };

  test('is silent when all are there', () => {
    const count = countLegs(
      [0, 1, 2, 3].map((index) => leg(index)),
      { names: ['py3.11', 'gate'], needs: { gate: 'success' } },
    );
    expect(count).toEqual({ there: 4, expected: 4, missing: [] });
    expect(legWords(count)).toBe('4 of 4 legs handed over');
    expect(legWords(countLegs([make()], none))).toBe('1 of 1 leg handed over');
  });

  test('names a leg once, by the name the workflow gives it', () => {
    const expected = { names: ['py3.10', 'py3.11', 'py3.12', 'gate (py3.13)'], needs: { gate: 'cancelled' } };
    expect(legWords(countLegs([leg(0), leg(1), leg(3)], expected))).toBe(
      '3 of 4 legs handed over; leg `py3.12` is missing: its job did not finish',
    );
  });

  test('counts one named leg once, however many jobs have a matrix', () => {
    const drift = make({ nth: 9, producer: { job: 'drift', leg: 'a', legIndex: 0, legs: 2 } });
    const count = countLegs([leg(0), leg(1), leg(3), drift], { names: ['py3.12'], needs: {} });
    expect(count).toMatchObject({ there: 4, expected: 6 });
    expect(count.missing).toEqual([
      expect.stringMatching(/^leg `py3\.12`/),
      expect.stringMatching(/^leg 2 of 2 of job `drift`/),
    ]);
  });

  test('knows from one leg how many there are', () => {
    expect(countLegs([leg(2)], none)).toMatchObject({ there: 1, expected: 4 });
    expect(countLegs([leg(2)], none).missing[0]).toMatch(/^leg 1 of 4 of job `gate` is missing/);
  });

  test('tells jobs that handed nothing over from those that failed their gate', () => {
    const count = countLegs([make()], { names: [], needs: { gate: 'failure', drift: 'skipped', build: 'success' } });
    expect(count.missing).toEqual(['job `drift` handed nothing over: it was skipped']);
  });
});
