// Writes one tag object: signed when the user's Git signs tags, plain otherwise.
import type { PlannedTag } from '@pawl/core/registry';
import { GitFailure, RegistryError, wordsOf } from './errors.ts';
import type { PrivateRepository } from './private-repository.ts';
import { signatureLine } from './tag-reader.ts';

/** @returns the tag object's id. @throws RegistryError when Git is set to sign and cannot */
export async function writeTag(repository: PrivateRepository, tag: PlannedTag, message: string): Promise<string> {
  const { git, target } = repository;
  const text = `${message.trim() || tag.tag}\n`;
  if (target.identity.ofUser && (await signsTags(repository))) return writeSigned(repository, tag, text);
  const tagger = `${target.identity.name.replaceAll(/[<>\n]/g, '')} <${target.identity.email}> ${tag.time} +0000`;
  const input = `object ${tag.commit}\ntype commit\ntag ${tag.tag}\ntagger ${tagger}\n\n${text}`;
  return git.text(['mktag'], { input });
}

async function signsTags({ git }: PrivateRepository): Promise<boolean> {
  for (const key of ['tag.gpgSign', 'tag.forceSignAnnotated']) {
    const answer = await git.run(['config', '--type=bool', '--get', key], { answers: [1, 128] });
    if (answer.stdout.toString('utf8').trim() === 'true') return true;
  }
  return false;
}

async function writeSigned({ git, target }: PrivateRepository, tag: PlannedTag, text: string): Promise<string> {
  const { name, email } = target.identity;
  const environment = { GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: `${tag.time} +0000` };
  const failed = (why: string, cause?: unknown): RegistryError =>
    new RegistryError('REGISTRY_SIGNING', `Tag ${tag.tag} cannot be signed: ${why}`, {
      hint: 'Git is set to sign tags (tag.gpgSign): make the key available, or set tag.gpgSign to false.',
      ...(cause !== undefined && { cause }),
    });
  let said: string;
  try {
    const command = ['tag', '--sign', '--force', '--cleanup=verbatim', '--file=-', tag.tag, tag.commit];
    said = (await git.run(command, { input: text, environment })).stderr;
  } catch (cause) {
    if (!(cause instanceof GitFailure)) throw cause;
    throw failed(wordsOf(cause), cause);
  }
  const made = await git.text(['rev-parse', '--verify', `refs/tags/${tag.tag}`]);
  // Git up to 2.39 at least makes an unsigned tag, and calls it done, when an SSH key is not there.
  if (!signatureLine.test(await git.text(['cat-file', 'tag', made])))
    throw failed(said.trim() || 'Git left it unsigned.');
  return made;
}
