// Which permission an operation asks for, so that a read-only token fails here the way it fails on GitHub.
import { failure } from './state.ts';
import type { Answer } from './state.ts';
import { REFUSED_TO_APPS } from './repository.ts';

export type Scope = 'actions' | 'checks' | 'contents' | 'deployments' | 'issues' | 'pull_requests';
export type Level = 'none' | 'read' | 'write';
/** One level for everything, or GitHub's own `permissions:` block, where what is not named is `none`. */
export type Permissions = Level | Readonly<Partial<Record<Scope, Level>>>;

const RANK: Readonly<Record<Level, number>> = { none: 0, read: 1, write: 2 };

function scopesOf(operation: string): readonly Scope[] {
  const [group = '', name = ''] = operation.split('/');
  // Comments of pull requests are issue comments; either permission will do.
  if (group === 'issues') return ['issues', 'pull_requests'];
  if (group === 'pulls' || name.startsWith('list-pull-requests')) return ['pull_requests'];
  if (group === 'checks') return ['checks'];
  if (group === 'actions') return ['actions'];
  if (name.includes('deployment')) return ['deployments'];
  if (group === 'git' || name.includes('commit')) return ['contents'];
  return [];
}

export function refusal(permissions: Permissions, operation: string, method: string): Answer | undefined {
  const scopes = scopesOf(operation);
  const needed: Level = method === 'GET' ? 'read' : 'write';
  const level = (scope: Scope): Level =>
    typeof permissions === 'string' ? permissions : (permissions[scope] ?? 'none');
  if (scopes.length === 0 || scopes.some((scope) => RANK[level(scope)] >= RANK[needed])) return undefined;
  const accepted = scopes.map((scope) => `${scope}=${needed}`).join('; ');
  return { ...failure(403, REFUSED_TO_APPS), headers: { 'x-accepted-github-permissions': accepted } };
}
