// Addresses read back. One may come from anywhere (a link in a document, another extension), so it is not trusted.
import { isUlid } from '@pawl/core';
import type { Address, CommittedFile } from './address.ts';

export function readFileAddress({ authority, path }: Address): CommittedFile | undefined {
  const [empty, title, ...rest] = path.split('/');
  if (empty !== '' || title === undefined || rest.length === 0) return undefined;
  if (rest.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(authority)
    ? { commit: authority, path: rest.join('/'), title }
    : undefined;
}

/** The run's id. */
export function readReportAddress({ authority, path }: Address): string | undefined {
  const [, folder, id = ''] = path.split('/');
  return authority === 'run' && folder === 'runs' && isUlid(id) ? id : undefined;
}
