// Pictures as text, for requests: core has no Buffer.

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

const imageTypes: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  bmp: 'image/bmp',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  ico: 'image/x-icon',
  avif: 'image/avif',
  heic: 'image/heic',
  heif: 'image/heif',
};

/** Told by the file's ending; undefined for what is no picture. */
export function imageTypeOf(path: string): string | undefined {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(imageTypes, ending) ? imageTypes[ending] : undefined;
}
