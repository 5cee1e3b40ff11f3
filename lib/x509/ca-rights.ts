import { AsnParser } from '@peculiar/asn1-schema';
import {
  BasicConstraints,
  Certificate as Asn1Certificate,
  ExtendedKeyUsage,
  KeyUsage,
  KeyUsageFlags,
} from '@peculiar/asn1-x509';

import { OID } from './oids';

/** What a certificate lets its key do, as far as one decides by it about CAs and kinds. */
export type CertificateRights = {
  readonly isCa: boolean;
  /** basicConstraints pathLenConstraint: how many CAs may stand below; null: no limit. */
  readonly pathLength: number | null;
  /** Null when the extension is absent: then nothing is forbidden (RFC 5280 section 4.2.1.3). */
  readonly keyUsage: { readonly keyCertSign: boolean; readonly cRLSign: boolean } | null;
  /** OIDs of the extended key usage; empty when it is absent. */
  readonly extKeyUsage: readonly string[];
  /** Dotted OID of the algorithm that it was signed with. */
  readonly signedWith: string;
};

/**
 * Reads what a certificate of any CA allows.
 *
 * @throws {RangeError} when the bytes are no certificate
 */
export function certificateRights(der: Uint8Array): CertificateRights {
  try {
    const { tbsCertificate, signatureAlgorithm } = AsnParser.parse(der, Asn1Certificate);
    const part = <T>(id: string, type: new () => T): T | null => {
      const found = tbsCertificate.extensions?.find((one) => one.extnID === id);
      return found === undefined ? null : AsnParser.parse(found.extnValue.buffer, type);
    };
    const constraints = part(OID.basicConstraints, BasicConstraints);
    const usage = part(OID.keyUsage, KeyUsage)?.toNumber();
    return {
      isCa: constraints?.cA ?? false,
      pathLength: constraints?.pathLenConstraint ?? null,
      keyUsage:
        usage === undefined
          ? null
          : {
              keyCertSign: (usage & KeyUsageFlags.keyCertSign) !== 0,
              cRLSign: (usage & KeyUsageFlags.cRLSign) !== 0,
            },
      extKeyUsage: [...(part(OID.extKeyUsage, ExtendedKeyUsage) ?? [])],
      signedWith: signatureAlgorithm.algorithm,
    };
  } catch (cause) {
    throw new RangeError('This is not an X.509 certificate.', { cause });
  }
}
