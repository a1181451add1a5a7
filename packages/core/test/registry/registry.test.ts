import {
  emptyState,
  formatTag,
  highestFirst,
  parseTag,
  planArchive,
  planDeprecate,
  planLabel,
  planRegister,
  planUnlabel,
  replay,
  resolveVersion,
  type NamedState,
  type Plan,
  type TagRecord,
} from '@pawl/core/registry';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const record = (tag: string, commit: string, time: number): TagRecord => ({
  tag,
  commit,
  time,
  at: new Date(time * 1000).toISOString(),
  actor: 'ada',
  message: tag,
});

describe('the grammar of tags', () => {
  test.each([
    ['mail@v1.2.3', { name: 'mail', action: 'register', version: 'v1.2.3' }],
    ['mail@v1.2.3!', { name: 'mail', action: 'deregister', version: 'v1.2.3' }],
    ['mail@v1.2.3-rc.1#4', { name: 'mail', action: 'register', version: 'v1.2.3-rc.1', counter: 4 }],
    ['mail#prod', { name: 'mail', action: 'label', label: 'prod' }],
    ['mail#prod#12', { name: 'mail', action: 'label', label: 'prod', counter: 12 }],
    ['mail#prod!#13', { name: 'mail', action: 'unlabel', label: 'prod', counter: 13 }],
    ['mail@deprecated#2', { name: 'mail', action: 'deprecate', counter: 2 }],
    ['models/spam=mail/triage@v0.1.0', { name: 'models/spam:mail/triage', action: 'register', version: 'v0.1.0' }],
  ] as const)('%s is read and written back', (text, tag) => {
    expect(parseTag(text)).toEqual(tag);
    expect(formatTag(tag)).toBe(text);
  });

  test.each([
    'v1.2.3',
    'mail@1.2.3',
    'mail@v1.2',
    'mail@v01.2.3',
    'mail#',
    '-mail#prod',
    'mail#prod#x',
    'mail@created',
  ])('%s is none of them', (text) => expect(parseTag(text)).toBeUndefined());
});

describe('the state of a name', () => {
  test('follows `gto show`: of the versions with an active assignment, the one assigned last holds the label', () => {
    const tags = [
      record('mail@v1.0.0', 'a', 1),
      record('mail@v1.1.0', 'b', 2),
      record('mail#prod#1', 'b', 3),
      record('mail#prod#2', 'a', 4),
    ];
    expect(resolveVersion(replay(tags).get('mail') ?? emptyState('mail'), 'prod')?.version).toBe('v1.0.0');
    const cancelled = replay([...tags, record('mail#prod!#3', 'a', 5)]).get('mail');
    expect(resolveVersion(cancelled ?? emptyState('mail'), 'prod')?.version).toBe('v1.1.0');
  });

  test('orders by time, then by number, whatever order the tags come in', () => {
    const tags = [
      record('m@v1.0.0', 'a', 1),
      record('m#p#1', 'a', 2),
      record('m#p!#2', 'a', 2),
      record('m#p#3', 'a', 2),
    ];
    for (const order of [tags, tags.toReversed()]) {
      const state = replay(order).get('m');
      expect(state?.events.map(({ tag }) => tag)).toEqual(['m@v1.0.0', 'm#p#1', 'm#p!#2', 'm#p#3']);
      expect(state?.versions[0]?.labels).toEqual(['p']);
    }
  });

  test('a withdrawn version holds nothing, and its number is never given again', () => {
    const state = replay([record('m@v1.0.0', 'a', 1), record('m#p#1', 'a', 2), record('m@v1.0.0!#2', 'a', 3)]).get('m');
    expect(state?.versions).toEqual([]);
    expect(state && resolveVersion(state, 'p')).toBeUndefined();
    const plan = state && planRegister(state, { version: 'v1.0.0', commit: 'b' }, 9);
    expect(plan?.refusal?.code).toBe('REGISTRY_VERSION_TAKEN');
  });

  test('an archived version is kept aside, with who archived it and why, and its labels name it in history', () => {
    const tags = [record('m@v1.0.0', 'a', 1), record('m#p#1', 'a', 2), record('m#p!#2', 'a', 3)];
    const state = replay([...tags, { ...record('m@v1.0.0!', 'a', 4), actor: 'bo', message: 'bad data' }]).get('m');
    expect(state?.archived).toMatchObject([
      { version: 'v1.0.0', labels: [], archived: { actor: 'bo', message: 'bad data' } },
    ]);
    expect(state?.events.map(({ action, version }) => `${action} ${version}`)).toEqual([
      'register v1.0.0',
      'label v1.0.0',
      'unlabel v1.0.0',
      'deregister v1.0.0',
    ]);
    expect(state && resolveVersion(state, 'v1.0.0')).toBeUndefined();
    expect(state && resolveVersion(state, 'latest')).toBeUndefined();
  });

  test('a label on a commit that was never registered is left out', () => {
    expect(
      replay([record('m#p#1', 'a', 1)])
        .get('m')
        ?.assignments.get('p'),
    ).toEqual([]);
  });

  test('says deprecated until the next event', () => {
    const tags = [record('m@v1.0.0', 'a', 1), record('m@deprecated', 'a', 2)];
    expect(replay(tags).get('m')?.versions[0]?.deprecated).toBe(true);
    expect(replay([...tags, record('m@v1.1.0', 'b', 3)]).get('m')?.versions[0]?.deprecated).toBe(false);
    // In GTO what happens in the same second counts as later.
    expect(replay([...tags, record('m#p#7', 'a', 2)]).get('m')?.deprecated).toBe(false);
  });

  test('trailers of a tag say which run let it happen, and what was forced', () => {
    const message = 'Why not\n\nPawl-Gate: 01J\nPawl-Forced: no eval-gate run has judged these bytes';
    const [event] = replay([{ ...record('m@v1.0.0', 'a', 1), message }]).get('m')?.events ?? [];
    expect(event).toMatchObject({ gate: '01J', forced: 'no eval-gate run has judged these bytes', message });
  });
});

const named = (...tags: readonly TagRecord[]): NamedState => replay(tags).get('m') ?? emptyState('m');
const names = ({ tags, refusal }: Plan): readonly string[] =>
  (refusal === undefined ? undefined : [refusal.code]) ?? tags.map(({ tag }) => tag);

describe('a plan', () => {
  const two = [record('m@v1.0.0', 'a', 1), record('m@v1.1.0', 'b', 2)];

  test('settles what gto left ambiguous: after a label, its two answers are the same', () => {
    const rolledBackByGto = named(...two, record('m#p#1', 'b', 3), record('m#p#2', 'a', 4));
    expect(names(planLabel(rolledBackByGto, { version: 'v1.0.0', label: 'p' }, 9))).toEqual(['m#p!#3']);
    expect(names(planLabel(rolledBackByGto, { version: 'v1.1.0', label: 'p' }, 9))).toEqual(['m#p#3']);
  });

  test('archives after taking away every label the version holds, so that no older version inherits one', () => {
    const state = named(...two, record('m#p#1', 'a', 3), record('m#p#2', 'b', 4), record('m#q#3', 'b', 5));
    const plan = planArchive(state, 'v1.1.0', 9);
    expect(names(plan)).toEqual(['m#p!#4', 'm#p!#5', 'm#q!#6', 'm@v1.1.0!']);
    expect(plan.tags.map(({ time }) => time)).toEqual([9, 10, 11, 12]);
    expect(plan.tags.map(({ commit }) => commit)).toEqual(['b', 'a', 'b', 'b']);
  });

  test('archives an older version without taking the label from its holder', () => {
    const state = named(...two, record('m#p#1', 'a', 3), record('m#p#2', 'b', 4));
    expect(names(planArchive(state, 'v1.0.0', 9))).toEqual(['m#p!#3', 'm@v1.0.0!']);
  });

  test('archives once, and nothing that was never registered', () => {
    expect(names(planArchive(named(...two, record('m@v1.0.0!', 'a', 3)), 'v1.0.0', 9))).toEqual([]);
    expect(names(planArchive(named(...two), 'v9.0.0', 9))).toEqual(['REGISTRY_UNKNOWN_VERSION']);
  });

  test('skips the numbers of archived versions, and says that a version or its commit is archived', () => {
    const state = named(...two, record('m@v1.1.0!', 'b', 3), record('m@v1.0.1', 'c', 4), record('m@v1.0.1!', 'c', 5));
    expect(names(planRegister(state, { commit: 'd' }, 9))).toEqual(['m@v1.0.2']);
    expect(planRegister(state, { commit: 'b' }, 9).refusal).toMatchObject({
      code: 'REGISTRY_COMMIT_TAKEN',
      message: 'Commit b is m@v1.1.0 already, and archived; it cannot be another version too.',
    });
    expect(planLabel(state, { version: 'v1.1.0', label: 'p' }, 9).refusal?.message).toBe('m@v1.1.0 is archived.');
  });

  test('deprecates once, by the plain tag while that is free, and not what was never registered', () => {
    expect(names(planDeprecate(named(...two), 9))).toEqual(['m@deprecated']);
    const deprecated = named(...two, record('m@deprecated', 'b', 3));
    expect(names(planDeprecate(deprecated, 9))).toEqual([]);
    expect(names(planDeprecate(named(...two, record('m@deprecated', 'b', 3), record('m@v2.0.0', 'c', 4)), 9))).toEqual([
      'm@deprecated#1',
    ]);
    expect(names(planDeprecate(emptyState('m'), 9))).toEqual(['REGISTRY_UNKNOWN']);
  });

  test('what takes away from a deprecated name leaves it deprecated', () => {
    const state = named(...two, record('m#p#1', 'b', 3), record('m@deprecated', 'b', 4));
    const plan = planUnlabel(state, 'p', 9);
    expect(names(plan)).toEqual(['m#p!#2', 'm@deprecated#3']);
    const after = plan.tags.map(({ tag, commit, time }) => record(tag, commit, time));
    expect(named(...two, record('m#p#1', 'b', 3), record('m@deprecated', 'b', 4), ...after).deprecated).toBe(true);
    expect(names(planArchive(state, 'v1.0.0', 9))).toEqual(['m@v1.0.0!', 'm@deprecated#2']);
  });
});

describe('plans', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('register' as const), commit: fc.nat(5) }),
    fc.record({ kind: fc.constant('label' as const), version: fc.nat(5), label: fc.constantFrom('prod', 'staging') }),
    fc.record({ kind: fc.constant('unlabel' as const), label: fc.constantFrom('prod', 'staging') }),
    fc.record({ kind: fc.constant('archive' as const), version: fc.nat(5) }),
    fc.record({ kind: fc.constant('deprecate' as const) }),
  );

  test('keep every promise after any history, with a clock that runs backwards too', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.nat(100)), { maxLength: 25 }), (steps) => {
        let tags: TagRecord[] = [];
        const state = (): NamedState => replay(tags).get('m') ?? emptyState('m');
        const write = (plan: Plan): void => {
          tags = [...tags, ...plan.tags.map(({ tag, commit, time }) => record(tag, commit, time))];
        };
        for (const [wish, now] of steps) {
          const before = state();
          if (wish.kind === 'register') {
            const plan = planRegister(before, { commit: `c${wish.commit}` }, now);
            write(plan);
            const archived = before.archived.some(({ commit }) => commit === `c${wish.commit}`);
            expect(plan.refusal === undefined).toBe(!archived);
            expect(state().versions.some(({ commit }) => commit === `c${wish.commit}`)).toBe(!archived);
          } else if (wish.kind === 'label') {
            const version = `v0.1.${wish.version}`;
            const plan = planLabel(before, { version, label: wish.label }, now);
            write(plan);
            const known = before.versions.some((one) => one.version === version);
            expect(plan.refusal === undefined).toBe(known);
            if (known) expect(resolveVersion(state(), wish.label)?.version).toBe(version);
          } else if (wish.kind === 'unlabel') {
            write(planUnlabel(before, wish.label, now));
            expect(resolveVersion(state(), wish.label)).toBeUndefined();
            expect(state().deprecated).toBe(before.deprecated);
          } else if (wish.kind === 'archive') {
            const version = `v0.1.${wish.version}`;
            write(planArchive(before, version, now));
            expect(resolveVersion(state(), version)).toBeUndefined();
            const held = before.versions.find((one) => one.version === version)?.labels ?? [];
            for (const label of held) expect(resolveVersion(state(), label)).toBeUndefined();
            expect(state().deprecated).toBe(before.deprecated);
          } else {
            write(planDeprecate(before, now));
            expect(state().deprecated).toBe(before.events.length > 0);
          }
          // What `gto show` (assigned last) and `gto.api` (highest) would say is one thing.
          for (const [, active] of state().assignments)
            expect(active.map(({ version }) => version).toSorted(highestFirst)[0]).toBe(active[0]?.version);
        }
        const numbers = tags.flatMap(({ tag }) => parseTag(tag)?.counter ?? []);
        expect(numbers).toEqual(numbers.map((_, index) => index + 1));
        expect(new Set(tags.map(({ time }) => time)).size).toBe(tags.length);
        expect(new Set(state().versions.map(({ commit }) => commit)).size).toBe(state().versions.length);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
