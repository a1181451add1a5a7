import {
  emptyState,
  formatTag,
  parseTag,
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
  test('follows GTO: the holder is the highest version with an active assignment, not the last one assigned', () => {
    const tags = [
      record('mail@v1.0.0', 'a', 1),
      record('mail@v1.1.0', 'b', 2),
      record('mail#prod#1', 'b', 3),
      record('mail#prod#2', 'a', 4),
    ];
    expect(resolveVersion(replay(tags).get('mail') ?? emptyState('mail'), 'prod')?.version).toBe('v1.1.0');
    const cancelled = replay([...tags, record('mail#prod!#3', 'b', 5)]).get('mail');
    expect(resolveVersion(cancelled ?? emptyState('mail'), 'prod')?.version).toBe('v1.0.0');
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
  });
});

describe('plans', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('register' as const), commit: fc.nat(5) }),
    fc.record({ kind: fc.constant('label' as const), version: fc.nat(5), label: fc.constantFrom('prod', 'staging') }),
    fc.record({ kind: fc.constant('unlabel' as const), label: fc.constantFrom('prod', 'staging') }),
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
            write(planRegister(before, { commit: `c${wish.commit}` }, now));
            expect(state().versions.some(({ commit }) => commit === `c${wish.commit}`)).toBe(true);
          } else if (wish.kind === 'label') {
            const version = `v0.1.${wish.version}`;
            const plan = planLabel(before, { version, label: wish.label }, now);
            write(plan);
            const known = before.versions.some((one) => one.version === version);
            expect(plan.refusal === undefined).toBe(known);
            if (known) expect(resolveVersion(state(), wish.label)?.version).toBe(version);
          } else {
            write(planUnlabel(before, wish.label, now));
            expect(resolveVersion(state(), wish.label)).toBeUndefined();
          }
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
