// What could not be published, in words, with the permission that would help.
import type { Problem } from '@pawl/core';
import type { Refusal } from './client.ts';

export function permissionProblem(what: 'comment' | 'check', refusal: Refusal): Problem {
  const permission = what === 'comment' ? 'pull-requests: write' : 'checks: write';
  const refused = refusal.status === 401 || refusal.status === 403 || refusal.status === 404;
  const noun = what === 'comment' ? 'The pull request comment' : 'The check run';
  return {
    code: refused ? `GITHUB_${what.toUpperCase()}_REFUSED` : `GITHUB_${what.toUpperCase()}_FAILED`,
    severity: 'warning',
    message: `${noun} could not be written: ${refusal.message} The verdict stands.`.replaceAll('..', '.'),
    hint: refused
      ? `Give the job \`permissions: ${permission}\`. Runs of forks never have it.`
      : 'Run the job again; the comment is brought up to date then.',
  };
}
