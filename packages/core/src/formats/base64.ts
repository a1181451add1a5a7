// Bytes as text: core has no Buffer.

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648, with padding. */
export function base64Of(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let index = 0; index < bytes.length; index += 3) {
    const [first = 0, second, third] = bytes.subarray(index, index + 3);
    const word = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    parts.push(
      digits.charAt(word >> 18),
      digits.charAt((word >> 12) & 63),
      second === undefined ? '=' : digits.charAt((word >> 6) & 63),
      third === undefined ? '=' : digits.charAt(word & 63),
    );
  }
  return parts.join('');
}
