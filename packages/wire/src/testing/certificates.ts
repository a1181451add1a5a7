// Certificates for a test's own servers, made when they are needed: keys that lie in a repository are found by scanners,
// and dates that are committed are over one day. Node reads X.509 and does not write it; the little DER that it takes is
// written here. Source: RFC 5280, 4.1; ITU-T X.690.
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';

export interface Issued {
  /** PEM */
  readonly cert: string;
  /** PEM */
  readonly key: string;
}

export interface Authority extends Issued {
  issue(names: readonly string[], valid?: { readonly fromDays: number; readonly toDays: number }): Issued;
}

/** An authority that nobody knows. */
export function authority(name: string): Authority {
  const pair = newKeys();
  const self = { name, key: pair.privateKey };
  const valid = { fromDays: -1, toDays: 30 };
  return {
    ...pem(certificate(self, { name, publicKey: pair.publicKey, valid, extensions: [isAuthority] }), pair.privateKey),
    issue: (names, period = valid) => {
      const { publicKey, privateKey } = newKeys();
      const subject = { name: names[0] ?? '', publicKey, valid: period, extensions: [alternativeNames(names)] };
      return pem(certificate(self, subject), privateKey);
    },
  };
}

/** Signed by its own key, by which alone it can be checked. */
export function selfSigned(names: readonly string[]): Issued {
  const { publicKey, privateKey } = newKeys();
  const name = names[0] ?? '';
  const subject = { name, publicKey, valid: { fromDays: -1, toDays: 30 }, extensions: [alternativeNames(names)] };
  return pem(certificate({ name, key: privateKey }, subject), privateKey);
}

interface Subject {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly valid: { readonly fromDays: number; readonly toDays: number };
  readonly extensions: readonly Buffer[];
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** DER: what it is, how long it is, itself. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value));
const hex = (value: string): Buffer => Buffer.from(value, 'hex');
const ecdsaWithSha256 = sequence(der(0x06, hex('2a8648ce3d040302')));

function certificate(issuer: { readonly name: string; readonly key: KeyObject }, subject: Subject): Buffer {
  const { name, publicKey, valid, extensions } = subject;
  const version3 = der(0xa0, der(0x02, hex('02')));
  const serial = der(0x02, Buffer.concat([hex('01'), randomBytes(8)]));
  const told = sequence(
    ...[version3, serial, ecdsaWithSha256, distinguished(issuer.name)],
    ...[sequence(time(valid.fromDays), time(valid.toDays)), distinguished(name)],
    ...[publicKey.export({ type: 'spki', format: 'der' }), der(0xa3, sequence(...extensions))],
  );
  return sequence(told, ecdsaWithSha256, der(0x03, hex('00'), sign('sha256', told, issuer.key)));
}

const commonName = der(0x06, hex('550403'));
const distinguished = (name: string): Buffer => sequence(der(0x31, sequence(commonName, text(0x0c, name))));

/** GeneralizedTime, in whole seconds. */
const time = (days: number): Buffer =>
  text(0x18, `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\..*/g, '')}Z`);

/** basicConstraints, critical: CA. */
const isAuthority = sequence(der(0x06, hex('551d13')), der(0x01, hex('ff')), der(0x04, sequence(der(0x01, hex('ff')))));

/** subjectAltName, of names and addresses. */
const alternativeNames = (names: readonly string[]): Buffer =>
  sequence(
    der(0x06, hex('551d11')),
    der(0x04, sequence(...names.map((name) => (isIP(name) === 0 ? text(0x82, name) : der(0x87, addressBytes(name)))))),
  );

function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [before = '', after = ''] = address.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const [left, right] = [groups(before), groups(after)];
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return hex(all.map((group) => group.padStart(4, '0')).join(''));
}

function pem(bytes: Buffer, key: KeyObject): Issued {
  const lines = bytes.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
