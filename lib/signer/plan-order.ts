import { HubgateError } from '../errors';
import type { Order } from '../wire/order';
import type { CertificatePlan } from '../x509/certificate-plan';
import { parseCsr, type ParsedCsr } from '../x509/csr';
import { centreName } from '../x509/name';
import {
  checkAccountName,
  checkServerAddress,
  checkServerName,
  normaliseEmail,
} from '../x509/subject-policy';
import { planValidity } from '../x509/validity';
import type { Ca } from './ca-files';

const DAY_SECONDS = 86_400;
/** For computers whose clocks are slow. */
const BACKDATE_SECONDS = 300;

/**
 * Decides what a certificate will contain: the CSR gives the key and nothing else, the approved
 * content the name, the signer's own policy everything that is fixed.
 *
 * @param serial made for this attempt, never used before
 * @throws {HubgateError} `signer.refused`, or the code of the rule that is broken
 */
export function planOrder(order: Order, ca: Ca, serial: string, now: Date): CertificatePlan {
  const { content } = order;
  const { profile, pointers } = ca.policy;
  if (content.caKeyId !== ca.keyId) {
    throw new HubgateError(
      'signer.former-ca',
      'It was approved for another signing CA than the one that signs now. Approve it again.',
    );
  }

  const csr = readCsr(order);
  if ([ca.signing.spkiSha256, ca.root.spkiSha256, ...ca.otherKeys].includes(csr.spkiSha256)) {
    throw new HubgateError('csr.ca-key', 'This is a key of the CA itself.', { field: 'csr' });
  }
  const longest = content.profile === 'user' ? profile.userDays : profile.serverDays;
  if (content.lifetimeDays > longest) {
    throw refused(`${content.lifetimeDays} days are more than the ${longest} that this signer grants.`);
  }
  const endsBy = content.endsAt === undefined ? undefined : new Date(content.endsAt);
  if (endsBy !== undefined && endsBy <= now) throw refused('It would have ended already.');
  if (content.profile === 'user') checkUser(order, profile.accountPattern);
  else checkServer(order, profile.serverNames);

  return {
    kind: content.profile,
    serial,
    subject: centreName(profile, content.commonName),
    issuer: ca.signing.subjectDer,
    spki: csr.spki,
    validity: planValidity({
      now,
      lifetimeSeconds: content.lifetimeDays * DAY_SECONDS,
      backdateSeconds: BACKDATE_SECONDS,
      issuerNotAfter: ca.signing.notAfter,
      endsBy,
    }),
    issuerKeyId: ca.keyId,
    san: content.san,
    pointers,
    signatureAlgorithm: ca.algorithm,
    emailProtection: content.profile === 'user' && profile.emailProtection,
  };
}

/** The signature inside the CSR was verified at intake; which CSR that was, the digest fixes. */
function readCsr(order: Order): ParsedCsr {
  const der = Buffer.from(order.csr, 'base64');
  if (der.toString('base64') !== order.csr) throw refused('The CSR is not whole base64.');
  const csr = parseCsr(der);
  if (csr.sha256 !== order.content.csrSha256) throw refused('The CSR is not the one that was approved.');
  // 2048 bits at least; what costs time (close primes, ROCA) was looked for at intake.
  if (csr.key.type === 'rsa' && (csr.key.bits < 2048 || csr.key.exponent < 65_537n)) {
    throw new HubgateError('csr.weak-key', 'The RSA key is too weak.', { field: 'csr' });
  }
  return csr;
}

function checkUser({ content }: Order, pattern: string): void {
  checkAccountName(content.commonName, pattern);
  const { emails, dnsNames, ipAddresses } = content.san;
  if (dnsNames.length > 0 || ipAddresses.length > 0) {
    throw new HubgateError('request.san', 'A certificate for a person carries no host names.', {
      field: 'san',
    });
  }
  for (const email of emails) {
    if (normaliseEmail(email) !== email) {
      throw new HubgateError('request.email', 'An address is not in its normal form.', { field: 'email' });
    }
  }
  if (new Set(emails).size !== emails.length) throw refused('An address stands twice in the order.');
}

function checkServer({ content }: Order, allowed: readonly string[]): void {
  const { emails, dnsNames, ipAddresses } = content.san;
  const names = [...dnsNames, ...ipAddresses];
  const wrong = (message: string): HubgateError => new HubgateError('request.san', message, { field: 'san' });
  if (emails.length > 0) throw wrong('A certificate for a server carries no addresses of people.');
  if (names[0] === undefined || names[0] !== content.commonName) {
    throw wrong('The common name of a server is its first host name.');
  }
  if (new Set(names).size !== names.length) throw wrong('A host name stands twice in the order.');
  for (const name of dnsNames) {
    if (checkServerName(name, allowed) !== name) throw wrong(`${name} is not in its normal form.`);
  }
  for (const address of ipAddresses) {
    if (checkServerAddress(address, allowed) !== address)
      throw wrong(`${address} is not in its normal form.`);
  }
}

const refused = (message: string): HubgateError => new HubgateError('signer.refused', message);
