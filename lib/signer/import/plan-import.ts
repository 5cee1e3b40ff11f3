import { HubgateError } from '../../errors';
import { certificateRights, type CertificateRights } from '../../x509/ca-rights';
import { isIssuedBy, type CertificateInfo } from '../../x509/certificate';
import { readSpki } from '../../x509/key-info';
import { signatureAlgorithmFor } from '../../x509/signature-algorithm';
import type { OldCa } from './read-old-ca';

/**
 * What becomes of an old folder.
 * - `two-tier`: root and signing CA go on as they are.
 * - `single`: the one CA that signed everybody becomes the root, and a new signing CA is made below it;
 *   what it issued stays valid and can be revoked.
 */
export type ImportPlan = {
  readonly shape: 'two-tier' | 'single';
  readonly root: CertificateInfo;
  /** The root with its index and key; null when only its certificate is there. */
  readonly rootCa: OldCa | null;
  /** Whose certificates come along: the signing CA, or the single CA itself. */
  readonly issuer: OldCa;
  /** What an operator should know, as sentences. */
  readonly notes: readonly string[];
};

const DAY_MS = 86_400_000;
/** With less, nothing could be issued for anybody. */
const LEAST_DAYS = 2;

/**
 * Decides how the CAs of a folder fit into root and signing CA, and refuses what would not work here.
 *
 * @param input.cas   every CA that has an index
 * @param input.loose CA certificates without one: a root that signed by hand
 * @param input.name  which of several issuing CAs, by the name of its folder
 * @throws {HubgateError} `ca.import` with what stands in the way and what to do
 */
export function planImport(input: {
  from: string;
  cas: readonly OldCa[];
  loose: readonly CertificateInfo[];
  name: string | null;
  /** The root's key is named apart. */
  rootKeyNamed: boolean;
  now: Date;
}): ImportPlan {
  const { cas, loose, now } = input;
  const issuer = choose(input);
  const single = isSelfSigned(issuer.certificate);
  const root = single ? issuer.certificate : rootOf(issuer, [...cas.map((ca) => ca.certificate), ...loose]);
  const rootCa = cas.find((ca) => ca.certificate.fingerprintSha256 === root.fingerprintSha256) ?? null;
  const rights = { root: checkCa(root, 'root CA', now), issuer: certificateRights(issuer.certificate.der) };
  if (single) requireRoomBelow(root, rights.root);
  else checkCa(issuer.certificate, 'signing CA', now);
  if (issuer.key === 'absent') {
    throw refused(
      `The key of ${issuer.certificate.subject} is not there (${issuer.files.key ?? 'no file with a usual name'}). ` +
        'Name it: --key FILE.',
    );
  }
  return {
    shape: single ? 'single' : 'two-tier',
    root,
    rootCa,
    issuer,
    notes: notesOn({ issuer, rootCa, single, rights, rootKeyNamed: input.rootKeyNamed }),
  };
}

function choose({ from, cas, name }: Parameters<typeof planImport>[0]): OldCa {
  const names = cas.map((ca) => ca.files.name).join(', ');
  if (cas.length === 0) {
    throw refused(
      `There is no CA in ${from}: no index of openssl ca (index.txt, db/NAME.db) or of easy-rsa (pki/index.txt).`,
    );
  }
  if (name !== null) {
    const [named, another] = cas.filter((ca) => ca.files.name === name);
    if (named !== undefined && another === undefined) return named;
    throw refused(
      named === undefined
        ? `There is no CA ${name} in ${from}. There: ${names}.`
        : `Two CAs in ${from} are called ${name} (${named.files.index}, ${another?.files.index}). Import from one of their folders.`,
    );
  }
  const below = cas.filter((ca) => !isSelfSigned(ca.certificate));
  const [only, another] = below.length > 0 ? below : cas;
  if (only !== undefined && another === undefined) return only;
  throw refused(
    `Several CAs in ${from} could be the one that signs people: ${names}. Choose one: --ca NAME.`,
  );
}

const isSelfSigned = (certificate: CertificateInfo): boolean => isIssuedBy(certificate, certificate);

function rootOf({ certificate }: OldCa, candidates: readonly CertificateInfo[]): CertificateInfo {
  const issuers = candidates.filter((one) => isIssuedBy(certificate, one));
  const root = issuers.find(isSelfSigned);
  if (root !== undefined) return root;
  throw refused(
    issuers.length === 0
      ? `The root that issued ${certificate.subject} is not there. Name its certificate: --root-certificate FILE.`
      : `${certificate.subject} stands two steps below its root (${issuers[0]?.subject} is between them). ` +
          'Gates here know root and signing CA only.',
  );
}

/** What a CA of this portal must be; its rights, for those who ask further. */
function checkCa(certificate: CertificateInfo, what: string, now: Date): CertificateRights {
  const { subject, notAfter, subjectKeyId } = certificate;
  const stop = (why: string): HubgateError => refused(`The ${what} ${subject} cannot be taken over: ${why}.`);
  const rights = certificateRights(certificate.der);
  if (!rights.isCa) throw stop('its certificate does not say that it is a CA (basicConstraints CA:TRUE)');
  if (rights.keyUsage !== null && !(rights.keyUsage.keyCertSign && rights.keyUsage.cRLSign)) {
    throw stop('its key usage does not allow certificates and revocation lists to be signed');
  }
  if (notAfter.getTime() < now.getTime() + LEAST_DAYS * DAY_MS) {
    throw stop(`it ends at ${notAfter.toISOString()}. Make a new CA: hubgate init`);
  }
  requireKeyKind(certificate, stop);
  if (subjectKeyId !== null && subjectKeyId.length !== 40) {
    throw stop('its subject key identifier does not have 20 octets');
  }
  return rights;
}

function requireKeyKind({ spki }: CertificateInfo, stop: (why: string) => HubgateError): void {
  const allowed = 'RSA of 2048 bits or more, P-256 or P-384';
  try {
    const key = readSpki(spki);
    signatureAlgorithmFor(key);
    if (key.type !== 'rsa' || key.bits >= 2048) return;
  } catch {
    throw stop(`its key is of a kind that no CA here may have (${allowed})`);
  }
  throw stop(`its key is too weak (${allowed})`);
}

function requireRoomBelow(root: CertificateInfo, { pathLength }: CertificateRights): void {
  if (pathLength !== 0) return;
  throw refused(
    `${root.subject} signs people itself and forbids any CA below it (path length 0), so that no signing CA ` +
      'can be made under it. Start a new CA with hubgate init, and let the old one run out.',
  );
}

/** RFC 3279: md5, sha1 with RSA; RFC 5758: sha1 with ECDSA. */
const WEAK_SIGNATURES = new Set(['1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5', '1.2.840.10045.4.1']);

function notesOn(input: {
  issuer: OldCa;
  rootCa: OldCa | null;
  single: boolean;
  rights: { issuer: CertificateRights };
  rootKeyNamed: boolean;
}): string[] {
  const { issuer, rootCa, single, rights, rootKeyNamed } = input;
  const { certificate, entries, issued } = issuer;
  const listed = new Set(entries.map(({ serial }) => serial));
  const unlisted = [...issued.keys()].filter((serial) => !listed.has(serial)).length;
  const say = (when: boolean, text: string): string[] => (when ? [text] : []);
  return [
    ...say(
      single,
      `${certificate.subject} signed people itself. It becomes the root, and a new signing CA is made below it. ` +
        'Its key stays on this server as long as certificates of its own live: their revocation list needs it.',
    ),
    ...say(
      !single && WEAK_SIGNATURES.has(rights.issuer.signedWith),
      'The signing CA was certified with SHA-1 or MD5, which current programs refuse. Roll it over: hubgate ca rollover',
    ),
    ...say(
      !single && !rootKeyNamed && (rootCa === null || rootCa.key === 'absent'),
      "The root's key is not in this folder. It is needed yearly (hubgate ca crl --renew-root --root-key FILE).",
    ),
    ...say(
      unlisted > 0,
      `${unlisted} certificates that this CA signed are not in its index. They are taken over too.`,
    ),
    ...issuer.notes,
    ...(single ? [] : (rootCa?.notes ?? [])),
  ];
}

const refused = (message: string): HubgateError => new HubgateError('ca.import', message);
