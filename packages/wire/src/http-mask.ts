// Takes known secrets out of text that is logged, recorded or shown.

/** Shorter values would be found in ordinary words. */
const shortest = 6;
const hidden = '***';

/** Each secret, and what base64 and URLs make of it, becomes `***`, or what is given to stand there. */
export function maskSecrets(text: string, secrets: readonly string[], instead = hidden): string {
  let masked = text;
  for (const secret of secrets) {
    if (secret.length < shortest) continue;
    for (const form of new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]))
      masked = masked.replaceAll(form, instead);
  }
  return masked;
}
