// Addresses of Bitcoin: Base58Check with four bytes of a double SHA-256, or Bech32 and Bech32m with a BCH code.
import { sha256Bytes } from '../formats/sha256.ts';

export const isWallet = (text: string): boolean => (/^bc1/i.test(text) ? isBech32(text) : isBase58Check(text));

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function isBase58Check(text: string): boolean {
  const bytes = new Uint8Array(25);
  for (const character of text) {
    let carry = base58.indexOf(character);
    for (let at = bytes.length - 1; at >= 0; at--) {
      carry += 58 * (bytes[at] ?? 0);
      bytes[at] = carry & 255;
      carry >>= 8;
    }
    if (carry !== 0) return false;
  }
  const check = sha256Bytes(sha256Bytes(bytes.subarray(0, 21)));
  return [0, 1, 2, 3].every((at) => check[at] === bytes[21 + at]);
}

const bech32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** BIP 173 and BIP 350, for Bitcoin's main net. */
function isBech32(text: string): boolean {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return false;
  let check = 1;
  const feed = (value: number): void => {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of generators.entries()) if ((top >> bit) & 1) check ^= generator;
  };
  // The human-readable part `bc`, expanded: high bits, a zero, low bits.
  for (const value of [3, 3, 0, 2, 3]) feed(value);
  for (const character of lower.slice(3)) feed(bech32.indexOf(character));
  const version = lower[3] === 'q' ? 1 : 0x2bc830a3;
  return check === version;
}
