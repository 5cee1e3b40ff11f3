import type { Ctx } from '../ctx';
import type { RenewableRow } from '../db/renewals';
import { HubgateError } from '../errors';
import { readWish, type Wish } from '../requests/read-wish';
import { parseCertificate } from '../x509/certificate';
import { parseCsr, type ParsedCsr } from '../x509/csr';
import { readCsrInput } from '../x509/csr-input';
import type { RenewInput } from './renew-certificate';

/**
 * Reads what a renewal sends: name and profile are the old certificate's, the CSR gives the key. A CSR
 * that names somebody else was sent by mistake, and is refused rather than corrected in silence.
 *
 * @throws {HubgateError} `renewal.subject`, and those of readWish()
 */
export async function readRenewalWish(
  ctx: Pick<Ctx, 'config' | 'db' | 'paths'>,
  old: RenewableRow,
  input: Pick<RenewInput, 'csr' | 'email' | 'note' | 'label'>,
): Promise<Wish> {
  const csr = parseCsr(readCsrInput(input.csr));
  if (csr.commonName !== null && csr.commonName !== old.commonName) throw otherSubject(old, csr.commonName);
  const common = {
    csr: input.csr,
    commonName: old.commonName,
    name: old.request?.name ?? undefined,
    note: input.note,
    label: input.label ?? old.label ?? undefined,
    profile: old.profile,
  };
  if (old.profile !== 'server') return readWish(ctx, { ...common, email: emailOf(old, input.email) });
  return readWish(ctx, { ...common, ...serverNames(old, csr), email: emailOf(old, input.email) });
}

/** Undefined keeps what there was; null or empty takes it out. */
function emailOf(old: RenewableRow, sent: string | null | undefined): string | null {
  return sent === undefined ? (old.email ?? old.request?.email ?? null) : sent;
}

/** The names that the CSR asks for, or else all of the old ones; the common name comes first. */
function serverNames(old: RenewableRow, csr: ParsedCsr): { dnsNames: string[]; ipAddresses: string[] } {
  const asked = csr.dnsNames.length + csr.ipAddresses.length > 0 ? csr : parseCertificate(old.der);
  const { commonName } = old;
  const first = (names: readonly string[]): string[] => [
    ...names.filter((name) => name === commonName),
    ...names.filter((name) => name !== commonName),
  ];
  const dnsNames = first(asked.dnsNames.map((name) => name.toLowerCase()));
  const ipAddresses = first(asked.ipAddresses);
  const [head] = dnsNames.length > 0 ? dnsNames : ipAddresses;
  if (head !== commonName) throw otherSubject(old, head ?? '');
  return { dnsNames, ipAddresses };
}

function otherSubject(old: RenewableRow, asked: string): HubgateError {
  return new HubgateError(
    'renewal.subject',
    `The certificate to be renewed is ${old.commonName}'s; the CSR names ${asked}. A renewal changes no name: ` +
      'make the CSR for the same one, or send an ordinary request.',
    { field: 'csr', params: { name: old.commonName, asked } },
  );
}
