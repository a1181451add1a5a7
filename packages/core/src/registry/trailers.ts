// What a registry tag says beside its message, as Git's own trailers: which gate run let it happen, or that it was forced.

export interface Trailers {
  /** Id of the run. */
  readonly gate?: string;
  /** What was against it. */
  readonly forced?: string;
}

const keys = { gate: 'Pawl-Gate', forced: 'Pawl-Forced' } as const;

/** The message of a tag: why, then the trailers. Lines of the message that look like ours are pushed in, so that nobody mistakes them. */
export function messageWith(message: string, { gate, forced }: Trailers): string {
  const text = message.trim().replaceAll(/^(?=Pawl-[A-Za-z]+:)/gm, ' ');
  const lines = [
    ...(gate === undefined ? [] : [`${keys.gate}: ${oneLine(gate)}`]),
    ...(forced === undefined ? [] : [`${keys.forced}: ${oneLine(forced)}`]),
  ];
  return lines.length === 0 ? text : `${text}\n\n${lines.join('\n')}`;
}

/** Read from the last paragraph alone, as Git does. */
export function trailersOf(message: string): Trailers {
  const last =
    message
      .trimEnd()
      .split(/\n[ \t]*\n/)
      .at(-1) ?? '';
  const read = (key: string): string | undefined => new RegExp(`^${key}: (.+)$`, 'm').exec(last)?.[1]?.trim();
  const [gate, forced] = [read(keys.gate), read(keys.forced)];
  return { ...(gate !== undefined && { gate }), ...(forced !== undefined && { forced }) };
}

/** Headlines of runs end up here, and are anybody's text. */
const oneLine = (text: string): string =>
  text
    // oxlint-disable-next-line no-control-regex -- these are the characters that are to go
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, 500);
