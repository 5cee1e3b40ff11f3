import { findCompromise } from '../certificates/compromised-key';
import { issuersOf } from '../client-cert/ca-certificates';
import { certifiedNames } from '../config/server-names';
import type { Ctx } from '../ctx';
import { HubgateError } from '../errors';
import type { CheckResult } from '../x509/check-result';
import type { ParsedCsr } from '../x509/csr';
import { examineCsr } from '../x509/examine-csr';
import {
  checkAccountName,
  checkPrintable,
  checkServerAddress,
  checkServerName,
  normaliseEmail,
} from '../x509/subject-policy';
import { issuingCa } from './issuing-ca';

/** What a requester sends; the CSR's subject only proposes. */
export type WishInput = {
  /** PEM or DER, as it came. */
  csr: Uint8Array;
  /** Absent: the CSR's. */
  commonName?: string | undefined;
  email: string | null;
  /** For display only. */
  name?: string | undefined;
  profile?: string | undefined;
  note?: string | undefined;
  /** The person's name for the device that holds the key: tells their certificates apart later. */
  label?: string | undefined;
  dnsNames?: readonly string[] | undefined;
  ipAddresses?: readonly string[] | undefined;
};

/** The same, read and within the centre's policy. */
export type Wish = {
  csr: ParsedCsr;
  checks: CheckResult[];
  profile: 'user' | 'server';
  commonName: string;
  /** What the CSR itself proposed. */
  asked: { commonName: string | null; email: string | null; names: string[] };
  email: string | null;
  name: string | null;
  note: string | null;
  label: string | null;
  dnsNames: string[];
  ipAddresses: string[];
};

const NAME_MAX = 100;
const NOTE_MAX = 1000;
export const LABEL_MAX = 40;
/** As many as the signer takes (lib/wire/order.ts). */
const SAN_MAX = 32;

/**
 * Reads a wish strictly: the CSR by all checks of intake, every text by its policy. Looks nothing up
 * but whether the key is known to be compromised.
 *
 * @throws {HubgateError} any `csr.*`; `request.common-name`, `request.system-account`,
 *   `request.email`, `request.name`, `request.note`, `request.label`, `request.profile`, `request.san`
 */
export async function readWish(ctx: Pick<Ctx, 'config' | 'paths' | 'db'>, input: WishInput): Promise<Wish> {
  const ca = await issuingCa(ctx);
  const { csr, checks } = await examineCsr(input.csr, {
    caSpkiSha256: [...issuersOf(ca), ca.root].map(({ spkiSha256 }) => spkiSha256),
    compromised: (wanted) => findCompromise(ctx, wanted),
  });
  const profile = readProfile(input.profile);
  const common = {
    csr,
    checks,
    name: optional(input.name, (text) => checkPrintable(text, 'name', { maxLength: NAME_MAX })),
    note: optional(input.note, (text) => checkPrintable(text, 'note', { maxLength: NOTE_MAX, lines: true })),
    label: optional(input.label, (text) => checkPrintable(text, 'label', { maxLength: LABEL_MAX })),
    email: optional(input.email, normaliseEmail),
    asked: {
      commonName: csr.commonName,
      email: csr.emails[0] ?? null,
      names: [...csr.dnsNames, ...csr.ipAddresses],
    },
  };
  if (profile === 'server') return { ...common, profile, ...readServerNames(ctx, input, csr) };
  if ((input.dnsNames?.length ?? 0) > 0 || (input.ipAddresses?.length ?? 0) > 0) {
    throw new HubgateError('request.san', 'Host names and addresses belong to the profile "server".', {
      field: 'dnsNames',
    });
  }
  const proposed = present(input.commonName) ?? csr.commonName;
  if (proposed === null) {
    throw new HubgateError(
      'request.common-name',
      'The request names no account. Put your account name into the CSR as its common name (CN), or send it ' +
        'as commonName.',
      { field: 'commonName', params: { pattern: ctx.config.pki.accountPattern, reason: 'missing' } },
    );
  }
  return {
    ...common,
    profile,
    commonName: checkAccountName(proposed, ctx.config.pki.accountPattern),
    dnsNames: [],
    ipAddresses: [],
  };
}

function readProfile(text: string | undefined): 'user' | 'server' {
  const profile = present(text) ?? 'user';
  if (profile === 'user' || profile === 'server') return profile;
  throw new HubgateError('request.profile', 'The profile is "user" or "server".', { field: 'profile' });
}

/** Names of a server: those sent, else those that the CSR asks for; the common name is the first. */
function readServerNames(
  ctx: Pick<Ctx, 'config'>,
  input: WishInput,
  csr: ParsedCsr,
): Pick<Wish, 'commonName' | 'dnsNames' | 'ipAddresses'> {
  const allowed = certifiedNames(ctx.config);
  const sent = [...(input.dnsNames ?? []), ...(input.ipAddresses ?? [])].length > 0;
  const dns = sent ? (input.dnsNames ?? []) : csr.dnsNames;
  const ips = sent ? (input.ipAddresses ?? []) : csr.ipAddresses;
  const proposed = present(input.commonName) ?? csr.commonName;
  const hosts = dns.length + ips.length === 0 && proposed !== null ? [proposed] : dns;
  if (hosts.length > SAN_MAX || ips.length > SAN_MAX) {
    throw new HubgateError('request.san', `A certificate carries at most ${SAN_MAX} names.`, {
      field: 'dnsNames',
      params: { reason: 'too-many' },
    });
  }
  const dnsNames = [...new Set(hosts.map((name) => checkServerName(name, allowed)))];
  const ipAddresses = [...new Set(ips.map((address) => checkServerAddress(address, allowed)))];
  const commonName = dnsNames[0] ?? ipAddresses[0];
  if (commonName === undefined || commonName.length > 64) {
    throw new HubgateError(
      'request.san',
      'A server certificate needs a host name of at most 64 characters first.',
      {
        field: 'dnsNames',
        params: { reason: commonName === undefined ? 'missing' : 'too-long' },
      },
    );
  }
  return { commonName, dnsNames, ipAddresses };
}

function present(text: string | null | undefined): string | null {
  return text === undefined || text === null || text.trim() === '' ? null : text;
}

function optional(text: string | null | undefined, read: (text: string) => string): string | null {
  const given = present(text);
  return given === null ? null : read(given);
}
