// Who may move which label to what: the rules of pawl.yml, and the one that holds without any.
import type { PromotionPolicy } from '../formats/config.ts';
import type { Problem } from '../formats/problem.ts';

export interface PromotionRule {
  /** Kinds of runs that must have passed; `gate` is that of whatever the version holds. */
  readonly requires: 'gate' | NonNullable<PromotionPolicy['requires']>;
  /** Each list must hold the person. */
  readonly who: readonly (readonly string[])[];
  readonly maxAgeMs?: number;
  /** Predictions that nothing binds to a model are no evidence. */
  readonly boundPredictions: boolean;
  /** Where the model lies, for one that no deployment and no gate policy names. */
  readonly path?: string;
}

/** Who asks: as the tag will name them, and by GitHub's word in a workflow. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly githubActor?: string;
}

/** Policies add up: every one that speaks of this name and label must be met. */
export function promotionRule(
  policies: readonly PromotionPolicy[],
  { name, label }: { readonly name: string; readonly label: string },
): PromotionRule {
  const matching = policies.filter((policy) => matches(policy.name, name) && policy.labels.includes(label));
  const asked = matching.flatMap(({ requires }) => (requires === undefined ? [] : [requires]));
  const ages = matching.flatMap((policy) => (policy['max-age'] === undefined ? [] : [ageMs(policy['max-age'])]));
  const path = matching.find((policy) => policy.path !== undefined)?.path;
  const byDefault = label === 'production' ? 'gate' : [];
  return {
    requires: asked.length === 0 ? byDefault : [...new Set(asked.flat())],
    who: matching.flatMap(({ who }) => (who === undefined ? [] : [who])),
    ...(ages.length > 0 && { maxAgeMs: Math.min(...ages) }),
    boundPredictions: matching.some((policy) => policy['bound-predictions'] === true),
    ...(path !== undefined && { path }),
  };
}

/**
 * Why this person may not move or take away a label; undefined when they may. Advice among colleagues: Git lets everyone
 * who may push make any tag, so what must hold is said by a ruleset.
 */
export function notAllowed(
  person: Person,
  policies: readonly PromotionPolicy[],
  { name, label }: { readonly name: string; readonly label: string },
): Problem | undefined {
  if (isAllowed(person, promotionRule(policies, { name, label }))) return undefined;
  return {
    code: 'REGISTRY_NOT_ALLOWED',
    severity: 'error',
    message: `${personText(person)} may not move ${label} of ${name}, says pawl.yml.`,
    hint: `Ask one of those under registry.promotion. To let GitHub enforce it, restrict the creation of tags "${rulesetPattern(name, label)}" by a ruleset.`,
  };
}

const isAllowed = (person: Person, { who }: PromotionRule): boolean => who.every((list) => isOneOf(person, list));

/** `@handle` is GitHub's actor; anything else also a name or an e-mail address of Git. */
export function isOneOf(person: Person, list: readonly string[]): boolean {
  const same = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();
  return list.some((entry) =>
    entry.startsWith('@')
      ? same(person.githubActor, entry.slice(1))
      : same(person.name, entry) || same(person.email, entry) || same(person.githubActor, entry),
  );
}

export const personText = ({ name, githubActor }: Person): string =>
  githubActor === undefined ? name : `@${githubActor}`;

/** The tags that a ruleset must guard for a rule on a label to hold. */
export const rulesetPattern = (name: string, label: string): string => `${name.replace(':', '=')}#${label}*`;

const units = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const ageMs = (text: string): number => Number(text.slice(0, -1)) * units[text.slice(-1) as keyof typeof units];

/** `*` stands for anything but a slash, `**` for anything. */
function matches(glob: string, name: string): boolean {
  const source = glob
    .split(/(\*+)/)
    .map((part) => (part === '*' ? '[^/]*' : part.startsWith('*') ? '.*' : part.replaceAll(/[^\w]/g, String.raw`\$&`)))
    .join('');
  return new RegExp(`^${source}$`).test(name);
}
