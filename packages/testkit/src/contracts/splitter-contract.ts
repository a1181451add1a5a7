// The Splitter port's promises, for the fake and for every real splitter.
import assert from 'node:assert/strict';
import type { Route, Splitter } from '@pawl/core';
import type { ContractCase } from './contract-case.ts';

export interface SplitterSubject {
  readonly splitter: Splitter;
  /** A route name that no other case uses. */
  readonly name: string;
}

const route = (canaryWeight: number, canary = 'v2'): Route => ({
  stable: { version: 'v1', endpoint: { url: 'http://127.0.0.1:9', path: '/v2/models/m/versions/1/infer' } },
  canary: { version: canary, endpoint: { url: 'http://127.0.0.1:9', model: 'm--v2' } },
  canaryWeight,
  objectiveMs: 50,
});

export const splitterContract: readonly ContractCase<SplitterSubject>[] = [
  {
    title: 'a route that nobody set is undefined',
    check: async ({ splitter, name }) => assert.equal(await splitter.get(name), undefined),
  },
  {
    title: 'a route is given back as it was set, with the etag that set gave',
    check: async ({ splitter, name }) => {
      const { etag } = await splitter.set(name, route(100));
      assert.deepEqual(await splitter.get(name), { route: route(100), etag });
    },
  },
  {
    title: 'a set with an etag that was overtaken is refused, and changes nothing',
    check: async ({ splitter, name }) => {
      const { etag } = await splitter.set(name, route(100));
      const second = await splitter.set(name, route(200), etag);
      await assert.rejects(splitter.set(name, route(300), etag), { code: 'SPLITTER_CONFLICT' });
      assert.deepEqual(await splitter.get(name), { route: route(200), etag: second.etag });
    },
  },
  {
    title: 'without an etag the route must not exist yet',
    check: async ({ splitter, name }) => {
      await splitter.set(name, route(100));
      await assert.rejects(splitter.set(name, route(200)), { code: 'SPLITTER_CONFLICT' });
    },
  },
  {
    title: 'counts begin at zero for each arm, by version',
    check: async ({ splitter, name }) => {
      const { etag } = await splitter.set(name, route(100));
      const counts = await splitter.counts(name);
      assert.deepEqual([counts.stable.version, counts.stable.requests], ['v1', 0]);
      assert.deepEqual([counts.canary?.version, counts.canary?.requests, counts.canary?.errors], ['v2', 0, 0]);
      const { stable } = route(0);
      await splitter.set(name, { stable, canaryWeight: 0 }, etag);
      assert.equal((await splitter.counts(name)).canary, undefined);
    },
  },
  {
    title: 'counts of a route that nobody set are refused',
    check: async ({ splitter, name }) => {
      await assert.rejects(splitter.counts(name), { code: 'SPLITTER_REFUSED' });
    },
  },
];
