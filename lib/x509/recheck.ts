import 'reflect-metadata';

import { AsnParser } from '@peculiar/asn1-schema';
import {
  AuthorityInfoAccessSyntax,
  CRLDistributionPoints,
  ExtendedKeyUsage,
  type GeneralName,
  SubjectAlternativeName,
  TBSCertificate,
} from '@peculiar/asn1-x509';

import type { CertificateInfo } from './certificate';
import { NO_NAMES, type CertificatePlan, type PlannedNames, type Pointers } from './certificate-plan';
import { oidText, readDer, readDerParts } from './der';
import { ipText } from './ip-address';
import { findFaults } from './lint';
import { NAME_ATTRIBUTES, type Name, type NameAttributeType, readAttributes } from './name';
import { OID } from './oids';
import { type CertificateKind, PROFILES } from './profile';
import { SIGNATURE_ALGORITHMS, SIGNATURE_DETAILS } from './signature-algorithm';

/** What is known of a certificate beside its own bytes. */
export type Recheck = {
  readonly serial: string;
  /** Subject of the CA that signed it, DER, and its key identifier. */
  readonly issuerDer: Uint8Array;
  readonly issuerKeyId: string;
  /** What was ordered; null for what the signer made by itself. */
  readonly order: {
    readonly kind: CertificateKind;
    readonly commonName: string;
    readonly san: PlannedNames;
    readonly lifetimeDays: number;
    /** An earlier end than its days: of what was issued for an event. */
    readonly endsAt?: string | undefined;
  } | null;
};

/** The bytes that were signed. @throws {RangeError} when this is no certificate */
export function tbsOf(der: Uint8Array): Uint8Array {
  const [tbs] = readDerParts(der);
  if (tbs === undefined) throw new RangeError('This is not a certificate.');
  return tbs;
}

/**
 * The lint of today over a certificate of yesterday. What the order says is held against the order.
 * What the policy of that day fixed (the centre's name, pointers, key usages for mail) is taken from the
 * certificate itself, since policies change: that these are the bytes that passed the lint against that
 * policy, the hash in the journal's intent shows. Every rule of profile and RFC 5280 applies as at issue.
 *
 * @returns one short English sentence per fault; never throws, whatever the bytes
 */
export function findIssuedFaults(der: Uint8Array, known: Recheck): string[] {
  try {
    const tbs = tbsOf(der);
    const plan = planAgain(tbs, known);
    const life = (plan.validity.notAfter.getTime() - plan.validity.notBefore.getTime()) / 1000 + 1;
    const ordered = known.order === null ? life : orderedLife(known.order, plan.validity.notBefore);
    return [
      ...findFaults(tbs, plan),
      ...(life === ordered ? [] : [`It lives ${life} seconds, not the ${ordered} of its order.`]),
    ];
  } catch (thrown) {
    return [`It cannot be read: ${thrown instanceof Error ? thrown.message : 'unknown reason'}`];
  }
}

/** Seconds, with the last one. */
function orderedLife(order: NonNullable<Recheck['order']>, notBefore: Date): number {
  const whole = order.lifetimeDays * 86_400;
  if (order.endsAt === undefined) return whole;
  const untilEnd = Math.floor(Date.parse(order.endsAt) / 1000) - notBefore.getTime() / 1000 + 1;
  return Math.min(whole, untilEnd);
}

function planAgain(tbs: Uint8Array, known: Recheck): CertificatePlan {
  const tree = readDer(tbs);
  const parsed = AsnParser.parse(tbs, TBSCertificate);
  const extensions = new Map(parsed.extensions?.map((one) => [one.extnID, one.extnValue.buffer]));
  const algorithm = oidText(tree.children[2]?.children[0]?.content ?? new Uint8Array());
  const signatureAlgorithm = SIGNATURE_ALGORITHMS.find((name) => SIGNATURE_DETAILS[name].oid === algorithm);
  if (signatureAlgorithm === undefined) throw new RangeError('It is signed in a way that we never use.');
  const subject = nameOf(parsed);
  const { order } = known;
  const usages = extensions.get(OID.extKeyUsage);
  const made = kindOf(usages === undefined ? [] : [...AsnParser.parse(usages, ExtendedKeyUsage)]);
  return {
    kind: order?.kind ?? made.kind,
    serial: known.serial,
    subject: order === null ? subject : withCommonName(subject, order.commonName),
    issuer: known.issuerDer,
    spki: Uint8Array.from(tree.children[6]?.bytes ?? []),
    validity: {
      notBefore: parsed.validity.notBefore.getTime(),
      notAfter: parsed.validity.notAfter.getTime(),
    },
    issuerKeyId: known.issuerKeyId,
    san: order?.san ?? namesOf(extensions.get(OID.subjectAltName)),
    pointers: pointersOf(extensions.get(OID.crlDistributionPoints), extensions.get(OID.authorityInfoAccess)),
    signatureAlgorithm,
    emailProtection: made.emailProtection,
  };
}

/** By its extended key usages; several never share the same. */
function kindOf(usages: readonly string[]): { kind: CertificateKind; emailProtection: boolean } {
  for (const [kind, profile] of Object.entries(PROFILES) as [CertificateKind, (typeof PROFILES)['user']][]) {
    if (profile.isCa) continue;
    for (const emailProtection of [false, true]) {
      if (profile.extKeyUsage({ emailProtection }).join() === usages.join()) return { kind, emailProtection };
    }
  }
  throw new RangeError('It is of no kind that is issued here.');
}

const TYPE_OF = new Map(
  Object.entries(NAME_ATTRIBUTES).map(([type, { oid }]): [string, NameAttributeType] => [
    oid,
    type as NameAttributeType,
  ]),
);

function nameOf(parsed: TBSCertificate): Name {
  return readAttributes(parsed.subject).flatMap((rdn) =>
    rdn.map(({ oid, value }) => {
      const type = TYPE_OF.get(oid);
      if (type === undefined) throw new RangeError(`Its subject holds ${oid}.`);
      return { type, value };
    }),
  );
}

const withCommonName = (subject: Name, commonName: string): Name =>
  subject.map((attribute) => (attribute.type === 'CN' ? { type: 'CN', value: commonName } : attribute));

function namesOf(extension: ArrayBuffer | undefined): PlannedNames {
  if (extension === undefined) return NO_NAMES;
  const names = [...AsnParser.parse(extension, SubjectAlternativeName)];
  return {
    emails: names.flatMap((name) => name.rfc822Name ?? []),
    dnsNames: names.flatMap((name) => name.dNSName ?? []),
    // The library words addresses in its own way: the octets are read here.
    ipAddresses: readDer(new Uint8Array(extension))
      .children.filter(({ tag }) => tag === 0x87)
      .map(({ content }) => ipText(content)),
  };
}

function pointersOf(points: ArrayBuffer | undefined, access: ArrayBuffer | undefined): Pointers {
  const url = (name: GeneralName | undefined): string | undefined => name?.uniformResourceIdentifier;
  const places = access === undefined ? [] : [...AsnParser.parse(access, AuthorityInfoAccessSyntax)];
  const at = (method: string) => url(places.find((one) => one.accessMethod === method)?.accessLocation);
  return {
    crlUrl:
      points === undefined
        ? undefined
        : url([...AsnParser.parse(points, CRLDistributionPoints)][0]?.distributionPoint?.fullName?.[0]),
    caIssuersUrl: at(OID.caIssuers),
    ocspUrl: at(OID.ocsp),
  };
}

/** Where the journal's columns and the certificate that they describe differ. */
export function findRowFaults(
  info: CertificateInfo,
  row: { serial: string; spkiSha256: string; notAfter: Date },
): string[] {
  return [
    ...(info.serial === row.serial ? [] : [`It has the serial ${info.serial}.`]),
    ...(info.spkiSha256 === row.spkiSha256 ? [] : ['It has another key than the journal says.']),
    ...(info.notAfter.getTime() === row.notAfter.getTime()
      ? []
      : ['It ends at another time than the journal says.']),
  ];
}
