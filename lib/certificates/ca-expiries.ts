import type { SignerStatus } from '../wire/status';
import { parseCertificate } from '../x509/certificate';
import { sameBytes } from '../x509/der';
import { caKeyId } from '../x509/key-id';

/** Something of the CA that ends, and when. */
export type CaExpiry = {
  /**
   * `former-ca`: a signing CA of before; it is needed until the last certificate that it issued ends.
   * `ocsp`: the certificate that answers about this CA's certificates are signed with.
   */
  what: 'root-ca' | 'signing-ca' | 'former-ca' | 'root-crl' | 'signing-crl' | 'former-crl' | 'ocsp';
  keyId: string;
  /** Common name of the CA. */
  name: string;
  /** ISO 8601. */
  end: string;
  /** Whole days, rounded down; negative when it has ended. */
  daysLeft: number;
};

const DAY_MS = 86_400_000;
const LISTS = { root: 'root-crl', signing: 'signing-crl', former: 'former-crl' } as const;

/** All that ends, from what the signer says of itself; the soonest first. */
export function caExpiries(status: SignerStatus, now: Date): CaExpiry[] {
  const cas = [
    ...(status.signingCa === undefined ? [] : [{ what: 'signing-ca' as const, der: status.signingCa }]),
    ...(status.rootCa === undefined ? [] : [{ what: 'root-ca' as const, der: status.rootCa }]),
    ...status.formerCas.map((der) => ({ what: 'former-ca' as const, der })),
  ].map(({ what, der }) => ({ what, info: parseCertificate(Buffer.from(der, 'base64')) }));
  const root = cas.find(({ what }) => what === 'root-ca')?.info;
  const names = new Map(cas.map(({ info }) => [caKeyId(info), info.commonName]));
  const needed = new Map(status.formerKeys.map(({ keyId, lastEnd }) => [keyId, lastEnd]));
  const ends = (what: CaExpiry['what'], keyId: string, end: string): CaExpiry => ({
    what,
    keyId,
    name: names.get(keyId) ?? '',
    end,
    daysLeft: Math.floor((Date.parse(end) - now.getTime()) / DAY_MS),
  });
  return [
    ...cas.flatMap(({ what, info }) => {
      const keyId = caKeyId(info);
      if (what !== 'former-ca') return [ends(what, keyId, info.notAfter.toISOString())];
      // A root that signed people itself stands there as the root already.
      const last = needed.get(keyId);
      return last === undefined || (root && sameBytes(info.der, root.der)) ? [] : [ends(what, keyId, last)];
    }),
    ...status.crlEnds
      // Of a former CA whose certificates have all ended no list is needed any more.
      .filter(({ list, keyId }) => list !== 'former' || needed.has(keyId))
      .map(({ list, keyId, nextUpdate }) => ends(LISTS[list], keyId, nextUpdate)),
    ...status.responders.map(({ caKeyId: keyId, notAfter }) => ends('ocsp', keyId, notAfter)),
  ].sort((a, b) => a.end.localeCompare(b.end));
}
