// Addresses at which a cloud hands the credentials of a machine to whoever asks from within. A suite, a webhook or an
// endpoint may come with a pull request: none of them has business there, however the address is written.

/** The address is one of those. */
export class NeverAsked extends Error {
  override readonly name = 'NeverAsked';

  constructor() {
    super('it hands out the credentials of the machine');
  }
}

const forbidden = new Set([
  // AWS, Azure, Google and most others; then AWS for containers, Scaleway, Tencent, Alibaba, Oracle, Azure's own agent.
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '169.254.42.42',
  '169.254.0.23',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  '[fd00:ec2::254]',
  '[fd00:ec2::23]',
  '[fd20:ce::254]',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data.ec2.internal',
]);

/** IPv4 within IPv6: mapped (RFC 4291), compatible (the same, given up), translated (RFC 6052). */
const withinIpv6 = /^\[(?:::(?:ffff:(?:0:)?)?|64:ff9b::)([\da-f]{1,4}):([\da-f]{1,4})\]$/;

/** @param hostname of a URL, which writes an IPv4 address in decimal numbers and an IPv6 address in its shortest form */
export function isForbidden(hostname: string): boolean {
  const [, high, low] = hostname.startsWith('[') ? (withinIpv6.exec(hostname) ?? []) : [];
  if (high === undefined || low === undefined) return forbidden.has(hostname.replace(/\.$/, ''));
  const [upper, lower] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return forbidden.has([upper >> 8, upper & 0xff, lower >> 8, lower & 0xff].join('.'));
}

/** @param address that a name was resolved to, in any notation */
export const isForbiddenAddress = (address: string): boolean =>
  isForbidden(address.includes(':') ? (URL.parse(`http://[${address}]`)?.hostname ?? '') : address);
