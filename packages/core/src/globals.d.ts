// The few names of the host that ring 1 may use: pure, the same in every runtime.
// Everything else (fetch, process, URL, console, timers) is kept out by `"types": []`.
declare class TextEncoder {
  encode(input?: string): Uint8Array;
  encodeInto(source: string, target: Uint8Array): { read: number; written: number };
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
/** Of it no more than that it can be heard: who gives the signal is outside. */
interface AbortSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
declare function structuredClone<T>(value: T): T;
