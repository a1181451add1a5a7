// GTO's tag grammar: `name@v1.2.3`, `name#stage#N`, `!` to cancel, `name@deprecated`. A stage of GTO is a label here.
import { parseVersion } from '../formats/version-ref.ts';
import type { RegistryEvent } from '../ports/registry.ts';

export type RegistryAction = RegistryEvent['action'];

export interface RegistryTag {
  readonly name: string;
  readonly action: RegistryAction;
  readonly version?: string;
  readonly label?: string;
  /** Counts the events of one name; tags without one are older or hand-made. */
  readonly counter?: number;
}

const name = '[a-zA-Z0-9](?:[a-zA-Z0-9-/_]*[a-zA-Z0-9])?';
const folder = '[a-zA-Z0-9-_./]+';
const pattern = new RegExp(
  `^(?<name>(?:${folder}=)?${name})(?:(?:#(?<label>${name})|@(?<version>v[0-9A-Za-z.+-]+))(?<cancel>!?)|@(?<deprecated>deprecated))(?:#(?<counter>[0-9]+))?$`,
);

/** Undefined for tags that are none of the registry's. */
export function parseTag(tag: string): RegistryTag | undefined {
  const groups = pattern.exec(tag)?.groups;
  if (groups === undefined) return undefined;
  const { label, version, cancel, counter } = groups;
  if (version !== undefined && parseVersion(version) === undefined) return undefined;
  return {
    // GTO writes `folder:name` of a monorepo as `folder=name`: Git forbids the colon.
    name: (groups['name'] ?? '').replace('=', ':'),
    action: actionOf(label, version, cancel === '!'),
    ...(version !== undefined && { version }),
    ...(label !== undefined && { label }),
    ...(counter !== undefined && { counter: Number(counter) }),
  };
}

function actionOf(label: string | undefined, version: string | undefined, cancels: boolean): RegistryAction {
  if (label !== undefined) return cancels ? 'unlabel' : 'label';
  if (version !== undefined) return cancels ? 'deregister' : 'register';
  return 'deprecate';
}

export function formatTag({ name, action, version, label, counter }: RegistryTag): string {
  const cancel = action === 'unlabel' || action === 'deregister' ? '!' : '';
  const subject = label !== undefined ? `#${label}` : `@${version ?? 'deprecated'}`;
  return `${name.replace(':', '=')}${subject}${cancel}${counter === undefined ? '' : `#${counter}`}`;
}
