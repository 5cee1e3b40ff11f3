import { randomBytes } from 'node:crypto';

import { parseCertificate, type CertificateInfo } from '../x509/certificate';
import { NO_NAMES, type CertificatePlan, type NameConstraints } from '../x509/certificate-plan';
import { buildCertificateTbs } from '../x509/certificate-tbs';
import { lintTbs } from '../x509/lint';
import { centreName } from '../x509/name';
import type { ProfilePolicy } from '../x509/profile';
import { newSerial, SERIAL_OCTETS } from '../x509/serial';
import { planValidity, type Validity } from '../x509/validity';
import { caKeyId } from '../x509/key-id';

import type { CaKey } from './ca-keys';
import { signLinted } from './sign-linted';

/** What an operator decides about a signing CA; the rest follows from root and profile. */
export type SigningCaWishes = {
  commonName: string;
  years: number;
  nameConstraints: NameConstraints | null;
  /** Addresses of the root's CRL and certificate, which this certificate points to. */
  rootPointers: { crlUrl: string; caIssuersUrl: string };
  /** Fixed parts of its name. */
  profile: Pick<ProfilePolicy, 'dn' | 'org' | 'ou'>;
};

/** For computers whose clocks are slow. */
export const BACKDATE_SECONDS = 300;

/** Plans, lints and signs the certificate of a signing CA with the root's key. */
export async function certifySigningCa(input: {
  wishes: SigningCaWishes;
  key: CaKey;
  root: CertificateInfo;
  rootKey: CaKey;
  now: Date;
}): Promise<CertificateInfo> {
  const { wishes, key, root, rootKey, now } = input;
  const plan: CertificatePlan = {
    kind: 'signing',
    serial: newSerial(randomBytes(SERIAL_OCTETS)),
    subject: centreName(wishes.profile, wishes.commonName),
    issuer: root.subjectDer,
    spki: key.spki,
    validity: calendarYears(now, wishes.years, root.notAfter),
    issuerKeyId: caKeyId(root),
    san: NO_NAMES,
    pointers: wishes.rootPointers,
    ...(wishes.nameConstraints && { nameConstraints: wishes.nameConstraints }),
    signatureAlgorithm: rootKey.algorithm,
    emailProtection: false,
  };
  return parseCertificate(await signLinted(lintTbs(buildCertificateTbs(plan), plan), rootKey));
}

/** Calendar years from now, never past the issuer's end; null: no issuer but itself. */
export function calendarYears(now: Date, count: number, end: Date | null): Validity {
  const wanted = new Date(now);
  wanted.setUTCFullYear(wanted.getUTCFullYear() + count);
  const last = end !== null && end < wanted ? end : wanted;
  const seconds = Math.floor(last.getTime() / 1000) - Math.floor(now.getTime() / 1000) + BACKDATE_SECONDS;
  return planValidity({
    now,
    lifetimeSeconds: seconds,
    backdateSeconds: BACKDATE_SECONDS,
    issuerNotAfter: end ?? wanted,
  });
}
