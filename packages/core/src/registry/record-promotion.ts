// The record of a promotion, the same whatever moved the label: the tag's trailers name the gate run that let it happen, or
// what was against it; and what was forced is in the store too, since tags can be deleted.
import { isoTime } from '../formats/time.ts';
import type { Clock, IdSource } from '../ports/clock.ts';
import type { RegisteredVersion, Registry } from '../ports/registry.ts';
import type { Store } from '../ports/store.ts';
import { messageWith } from './trailers.ts';

export interface PromotionRecord {
  readonly version: Pick<RegisteredVersion, 'name' | 'version' | 'commit'>;
  readonly label: string;
  /** What the tag says before its trailers. */
  readonly message: string;
  /** Runs whose verdicts let it happen. */
  readonly gates: readonly string[];
  /** What was against it, and why it was done all the same. */
  readonly forced?: { readonly against: string; readonly why: string };
  readonly actor: string;
}

export interface RecordPorts {
  readonly registry: Pick<Registry, 'label'>;
  readonly store: Pick<Store, 'add'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: IdSource;
}

/** Moves the label. @returns why the store did not take the record of what was forced: the tag has it, and the label has moved */
export async function recordPromotion(promotion: PromotionRecord, ports: RecordPorts): Promise<string | undefined> {
  const { version, label, message, gates, forced } = promotion;
  const said = messageWith(message, {
    ...(gates.length > 0 && { gate: gates.join(' ') }),
    ...(forced !== undefined && { forced: forced.against }),
  });
  await ports.registry.label({ name: version.name, version: version.version, label, message: said });
  return forced === undefined ? undefined : note({ ...promotion, forced }, ports);
}

async function note(
  { version, label, gates, forced, actor }: PromotionRecord & { readonly forced: { against: string; why: string } },
  { store, clock, ids }: RecordPorts,
): Promise<string | undefined> {
  const { why, against } = forced;
  const operation = {
    schema: 'pawl.op/1' as const,
    id: ids.next(),
    kind: 'note' as const,
    about: promotionsOf(version.name),
    at: isoTime(clock.now()),
    actor,
    data: {
      promotion: 'forced',
      version: version.version,
      commit: version.commit,
      label,
      why,
      forced: against,
      gates,
    },
  };
  try {
    const { kept, reason } = await store.add({ runs: [], operations: [operation] });
    return kept === 'spool' ? (reason ?? 'it waits in the spool') : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Under this name the store keeps what was forced. */
export const promotionsOf = (name: string): string => `registry/${name}`;
