// What every Registry keeps to: GTO's rules, in memory or on Git's tags.
import assert from 'node:assert/strict';
import type { Registry } from '@pawl/core';
import type { ContractCase } from './contract-case.ts';

export interface RegistrySubject {
  readonly registry: Registry;
  /** Three commits that can be registered, oldest first. */
  readonly commits: readonly [string, string, string];
}

const message = 'because the gate passed';

/** Registers v1.0.0, v1.1.0, v1.2.0 of `mail/triage` on the three commits. */
async function threeVersions({ registry, commits }: RegistrySubject): Promise<void> {
  for (const [index, commit] of commits.entries()) {
    await registry.register({ name: 'mail/triage', version: `v1.${index}.0`, commit, message });
  }
}

const holder = async ({ registry }: RegistrySubject, label: string): Promise<string | undefined> =>
  (await registry.resolve('mail/triage', label))?.version;

export const registryContract: readonly ContractCase<RegistrySubject>[] = [
  {
    title: 'knows nothing at first',
    check: async ({ registry }) => {
      assert.deepEqual(await registry.list(), []);
      assert.deepEqual(await registry.list('mail'), []);
      assert.deepEqual(await registry.history('mail'), []);
      assert.equal(await registry.resolve('mail', 'latest'), undefined);
    },
  },
  {
    title: 'begins at v0.1.0 and counts patches, and a commit keeps its version',
    check: async ({ registry, commits: [first, second, third] }) => {
      const register = (commit: string): Promise<{ readonly version: string }> =>
        registry.register({ name: 'mail', commit, message });
      assert.equal((await register(first)).version, 'v0.1.0');
      assert.equal((await register(first)).version, 'v0.1.0');
      assert.equal((await register(second)).version, 'v0.1.1');
      await assert.rejects(registry.register({ name: 'mail', version: 'v0.1.1', commit: third, message }), {
        code: 'REGISTRY_VERSION_TAKEN',
      });
      await assert.rejects(registry.register({ name: 'mail', version: 'v2.0.0', commit: first, message }), {
        code: 'REGISTRY_COMMIT_TAKEN',
      });
      await assert.rejects(registry.register({ name: 'mail', version: '2', commit: third, message }), {
        code: 'REGISTRY_VERSION',
      });
      await assert.rejects(registry.register({ name: '-mail', commit: third, message }), { code: 'REGISTRY_NAME' });
    },
  },
  {
    title: 'lists names in order and the highest version first, with commit, message and labels',
    check: async (subject) => {
      const { registry, commits } = subject;
      await threeVersions(subject);
      await registry.register({ name: 'flight', commit: commits[0], message });
      await registry.label({ name: 'mail/triage', version: 'v1.1.0', label: 'production', message });
      const listed = await registry.list();
      assert.deepEqual(
        listed.map(({ name, version, labels }) => `${name}@${version} ${labels.join()}`),
        ['flight@v0.1.0 ', 'mail/triage@v1.2.0 ', 'mail/triage@v1.1.0 production', 'mail/triage@v1.0.0 '],
      );
      assert.equal(listed[1]?.commit, commits[2]);
      assert.equal(listed[1]?.message, message);
      assert.equal((await registry.list('flight')).length, 1);
    },
  },
  {
    title: 'moves a label up and back down: a rollback cancels the higher assignment first',
    check: async (subject) => {
      const { registry } = subject;
      await threeVersions(subject);
      const move = (version: string): Promise<void> =>
        registry.label({ name: 'mail/triage', version, label: 'production', message });
      for (const version of ['v1.0.0', 'v1.2.0', 'v1.1.0', 'v1.0.0', 'v1.2.0']) {
        await move(version);
        assert.equal(await holder(subject, 'production'), version);
      }
      await move('v1.2.0');
      const events = (await registry.history('mail/triage')).filter(({ label }) => label === 'production');
      assert.deepEqual(
        events.map(({ action, version, tag }) => `${action} ${version} ${tag}`),
        [
          'label v1.0.0 mail/triage#production#1',
          'label v1.2.0 mail/triage#production#2',
          'unlabel v1.2.0 mail/triage#production!#3',
          'label v1.1.0 mail/triage#production#4',
          'unlabel v1.1.0 mail/triage#production!#5',
          'label v1.0.0 mail/triage#production#6',
          'label v1.2.0 mail/triage#production#7',
        ],
      );
    },
  },
  {
    title: 'takes a label away from every version that still holds an assignment',
    check: async (subject) => {
      const { registry } = subject;
      await threeVersions(subject);
      for (const version of ['v1.0.0', 'v1.1.0']) {
        await registry.label({ name: 'mail/triage', version, label: 'staging', message });
      }
      await registry.label({ name: 'mail/triage', version: 'v1.0.0', label: 'production', message });
      await registry.unlabel({ name: 'mail/triage', label: 'staging', message });
      assert.equal(await holder(subject, 'staging'), undefined);
      assert.equal(await holder(subject, 'production'), 'v1.0.0');
      await registry.unlabel({ name: 'mail/triage', label: 'staging', message });
    },
  },
  {
    title: 'resolves versions, labels and latest, and latest prefers a release to a prerelease',
    check: async (subject) => {
      const { registry, commits } = subject;
      for (const [index, version] of ['v1.0.0', 'v1.1.0', 'v1.2.0-rc.1'].entries()) {
        await registry.register({ name: 'mail/triage', version, commit: commits[index] ?? '', message });
      }
      assert.equal(await holder(subject, 'latest'), 'v1.1.0');
      assert.equal(await holder(subject, 'v1.2.0-rc.1'), 'v1.2.0-rc.1');
      assert.equal(await holder(subject, 'v9.9.9'), undefined);
      assert.equal(await holder(subject, 'nowhere'), undefined);
      await assert.rejects(registry.label({ name: 'mail/triage', version: 'v9.9.9', label: 'production', message }), {
        code: 'REGISTRY_UNKNOWN_VERSION',
      });
      await assert.rejects(registry.label({ name: 'mail/triage', version: 'v1.0.0', label: 'latest', message }), {
        code: 'REGISTRY_NAME',
      });
    },
  },
  {
    title:
      'archives a version with its labels: never resolved, listed only when asked for, its number never given again',
    check: async (subject) => {
      const { registry, commits } = subject;
      await threeVersions(subject);
      for (const version of ['v1.1.0', 'v1.2.0'])
        await registry.label({ name: 'mail/triage', version, label: 'production', message });
      await registry.archive({ name: 'mail/triage', version: 'v1.2.0', message: 'leaks' });
      await registry.archive({ name: 'mail/triage', version: 'v1.2.0', message: 'again' });
      for (const at of ['v1.2.0', 'production']) assert.equal(await holder(subject, at), undefined);
      assert.equal(await holder(subject, 'latest'), 'v1.1.0');
      assert.deepEqual(
        (await registry.list('mail/triage')).map(({ version }) => version),
        ['v1.1.0', 'v1.0.0'],
      );
      const all = await registry.list('mail/triage', { archived: true });
      assert.deepEqual(
        all.map(({ version, archived }) => `${version} ${archived?.message}`),
        ['v1.2.0 leaks', 'v1.1.0 undefined', 'v1.0.0 undefined'],
      );
      const last = (await registry.history('mail/triage')).at(-1);
      assert.deepEqual([last?.action, last?.version, last?.tag], ['deregister', 'v1.2.0', 'mail/triage@v1.2.0!']);
      await assert.rejects(registry.register({ name: 'mail/triage', commit: commits[2], message }), {
        code: 'REGISTRY_COMMIT_TAKEN',
      });
      await assert.rejects(registry.archive({ name: 'mail/triage', version: 'v9.0.0', message }), {
        code: 'REGISTRY_UNKNOWN_VERSION',
      });
    },
  },
  {
    title: 'deprecates a name until it is registered again, and taking something away does not end that',
    check: async (subject) => {
      const { registry, commits } = subject;
      await registry.register({ name: 'mail', commit: commits[0], message });
      await registry.register({ name: 'mail', commit: commits[1], message });
      await registry.label({ name: 'mail', version: 'v0.1.1', label: 'staging', message });
      const isDeprecated = async (): Promise<readonly boolean[]> =>
        (await registry.list('mail')).map(({ deprecated }) => deprecated);
      await registry.deprecate({ name: 'mail', message: 'use post instead' });
      await registry.deprecate({ name: 'mail', message: 'again' });
      assert.deepEqual(await isDeprecated(), [true, true]);
      await registry.unlabel({ name: 'mail', label: 'staging', message });
      await registry.archive({ name: 'mail', version: 'v0.1.0', message });
      assert.deepEqual(await isDeprecated(), [true]);
      await registry.register({ name: 'mail', commit: commits[2], message });
      assert.deepEqual(await isDeprecated(), [false, false]);
      await assert.rejects(registry.deprecate({ name: 'letters', message }), { code: 'REGISTRY_UNKNOWN' });
    },
  },
  {
    title: 'keeps what a tag says beside its message, and says whose name it would carry',
    check: async ({ registry, commits }) => {
      await registry.register({
        name: 'mail',
        commit: commits[0],
        message: 'It is urgent\n\nPawl-Gate: 01JABC\nPawl-Forced: no run has judged it',
      });
      const [event] = await registry.history('mail');
      assert.equal(event?.gate, '01JABC');
      assert.equal(event.forced, 'no run has judged it');
      const { name, email } = await registry.tagger();
      assert.ok(name.length > 0 && email.includes('@'));
    },
  },
];
