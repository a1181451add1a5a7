// DSSE, the envelope that in-toto statements are signed in (github.com/secure-systems-lab/dsse, protocol.md v1).
import * as z from 'zod/mini';

export const payloadType = 'application/vnd.in-toto+json';

const base64 = z.string().check(z.regex(/^[A-Za-z0-9+/_-]*={0,2}$/));

export const envelopeSchema = z.looseObject({
  payloadType: z.literal(payloadType),
  payload: base64,
  signatures: z.array(z.looseObject({ keyid: z.optional(z.string()), sig: base64 })).check(z.minLength(1)),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** The bytes that are signed: `DSSEv1 LEN(type) type LEN(body) body`, lengths in bytes. */
export function preAuthenticationEncoding(body: Uint8Array): Uint8Array {
  const encoder = new TextEncoder();
  const head = encoder.encode(`DSSEv1 ${encoder.encode(payloadType).length} ${payloadType} ${body.length} `);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** @param sign gives a signature over the bytes, in base64 */
export function envelopeOf(
  body: { readonly bytes: Uint8Array; readonly base64: string },
  sign: (bytes: Uint8Array) => { readonly keyid: string; readonly sig: string },
): Envelope {
  return { payloadType, payload: body.base64, signatures: [sign(preAuthenticationEncoding(body.bytes))] };
}
