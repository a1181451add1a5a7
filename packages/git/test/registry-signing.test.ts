// Tags of the registry carry the user's signature when their Git signs tags; here with a real key, verified by Git.
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gitRepo, temporaryFolder } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openRegistry } from '../src/index.ts';

const execute = promisify(execFile);
const missing = spawnSync('ssh-keygen', ['-?']).error !== undefined;
if (missing) console.warn('Signed registry tags are not tested: ssh-keygen is not installed.');

describe.skipIf(missing)('with an SSH key', () => {
  test('every tag of a registration, a move and an archive is signed, and the message is read without the signature', async () => {
    await using keys = await temporaryFolder('pawl-keys');
    await using repo = await gitRepo();
    const commits = [await repo.commit('one'), await repo.commit('two')];
    const key = join(keys.path, 'key');
    await execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ada@example.com', '-f', key]);
    const { stdout: publicKey } = await execute('ssh-keygen', ['-y', '-f', key]);
    const allowed = join(keys.path, 'allowed');
    await writeFile(allowed, `ada@example.com ${publicKey}`);
    for (const [name, value] of [
      ['user.name', 'Ada'],
      ['user.email', 'ada@example.com'],
      ['gpg.format', 'ssh'],
      ['user.signingKey', key],
      ['gpg.ssh.allowedSignersFile', allowed],
      ['tag.gpgSign', 'true'],
    ] as const)
      await repo.git('config', name, value);

    await using registry = await openRegistry({ repository: repo.path, environment: repo.environment });
    const message = 'It won\n\nPawl-Gate: 01J';
    for (const commit of commits) await registry.register({ name: 'mail', commit, message });
    for (const version of ['v0.1.1', 'v0.1.0'])
      await registry.label({ name: 'mail', version, label: 'production', message });
    await registry.archive({ name: 'mail', version: 'v0.1.1', message });

    const tags = (await repo.git('tag')).split('\n');
    expect(tags).toHaveLength(6);
    for (const tag of tags) {
      const { stderr } = await execute('git', ['tag', '--verify', tag], { cwd: repo.path, env: repo.environment });
      expect(stderr).toContain('Good "git" signature for ada@example.com with ED25519 key');
    }
    for (const event of await registry.history('mail')) {
      expect(event).toMatchObject({ message, actor: 'Ada', gate: '01J' });
    }
    expect(await registry.tagger()).toEqual({ name: 'Ada', email: 'ada@example.com' });
  });

  test('a key that is gone refuses the change, and leaves no tag', async () => {
    await using repo = await gitRepo();
    const commit = await repo.commit('one');
    for (const [name, value] of [
      ['user.name', 'Ada'],
      ['user.email', 'ada@example.com'],
      ['gpg.format', 'ssh'],
      ['user.signingKey', join(repo.path, 'nowhere')],
      ['tag.gpgSign', 'true'],
    ] as const)
      await repo.git('config', name, value);
    await using registry = await openRegistry({ repository: repo.path, environment: repo.environment });
    await expect(registry.register({ name: 'mail', commit, message: 'new' })).rejects.toMatchObject({
      code: 'REGISTRY_SIGNING',
      hint: expect.stringContaining('make the key available'),
    });
    expect(await repo.git('tag')).toBe('');
  });
});
