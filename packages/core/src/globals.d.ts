// The few names of the host that ring 1 may use: pure, the same in every runtime.
// Everything else (fetch, process, URL, console, timers) is kept out by `"types": []`.
declare class TextEncoder {
  encode(input?: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
declare function structuredClone<T>(value: T): T;
