import { readFileSync } from 'node:fs';

import * as z from 'zod';

import { HubgateError } from '../errors';
import type { ProfilePolicy } from '../x509/profile';

/**
 * What this signer will sign: its own copy of the rules, written at the ceremony into policy.json
 * and never taken from the portal. An operator edits the file and restarts the signer.
 */
export const SignerPolicy = z.strictObject({
  version: z.literal(1),
  /** `session`: the portal's word that people approved. `passkey`: evidence that is verified here. */
  approvalMode: z.enum(['session', 'passkey']),
  approvalCount: z.int().min(1).max(8),
  /**
   * Where approvers' passkeys belong: WebAuthn's relying party, and the pages that may ask for a touch.
   * Files of before have none; then no touch counts until an operator writes it.
   */
  passkeys: z
    .strictObject({
      rpId: z.string().min(1).max(253),
      origins: z.array(z.string().min(1).max(300)).min(1).max(8),
    })
    .optional(),
  /** Per rolling hour and day: what a stolen portal could cause at most. */
  ceilings: z.strictObject({
    /** Certificates. */
    perHour: z.int().min(1),
    perDay: z.int().min(1),
    /** Revocations that come by the portal; operators on the host have no ceiling. */
    revocationsPerHour: z.int().min(1).default(5_000),
  }),
  /**
   * Whether the signature of an old key, verified here, is approval enough for its next certificate,
   * and how many days before the end. Files of before have the defaults.
   */
  renewal: z
    .strictObject({ auto: z.boolean(), windowDays: z.int().min(1).max(365) })
    .default({ auto: true, windowDays: 30 }),
  /** Subjects and profiles: lib/x509's ProfilePolicy, frozen. */
  profile: z.strictObject({
    dn: z.string().max(64),
    org: z.string().max(64),
    ou: z.string().max(64),
    accountPattern: z.string().min(1).max(200),
    emailProtection: z.boolean(),
    userDays: z.int().min(1).max(825),
    /** CA/Browser Forum Baseline Requirements section 6.3.2: browsers refuse more than 398 days. */
    serverDays: z.int().min(1).max(397),
    /** Exact names, or `.example.org` for everything below. Empty: no server certificates. */
    serverNames: z.array(z.string().min(1).max(253)).max(256),
  }),
  /** Addresses that go into certificates; http, since a CRL over https needs a CRL to be fetched. */
  pointers: z.strictObject({
    crlUrl: z.string().max(500),
    caIssuersUrl: z.string().max(500),
    /** Where OCSP is answered; without it certificates say nothing of OCSP. */
    ocspUrl: z.string().max(500).optional(),
  }),
  crl: z.strictObject({ days: z.int().min(2).max(90), everyHours: z.int().min(1).max(168) }),
});
export type SignerPolicy = z.infer<typeof SignerPolicy> & { readonly profile: ProfilePolicy };

const Pointers = SignerPolicy.shape.pointers;

/** A class of 500 several times over; a stolen portal stays countable. */
export const DEFAULT_CEILINGS: SignerPolicy['ceilings'] = {
  perHour: 5_000,
  perDay: 20_000,
  revocationsPerHour: 5_000,
};

/**
 * @throws {HubgateError} `ca.file` when the file is missing, is not JSON or holds a rule that is not
 *   known: a signer with half of its rules does not start
 */
export function readPolicy(file: string): SignerPolicy {
  return readRules(file, SignerPolicy);
}

/**
 * The addresses that certificates of one CA carry, where they are others than policy.json's: an
 * address belongs to one CA for ever.
 *
 * @throws {HubgateError} `ca.file`, as readPolicy
 */
export function readPointers(file: string): SignerPolicy['pointers'] {
  return readRules(file, Pointers);
}

function readRules<T extends z.ZodType>(file: string, shape: T): z.infer<T> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw bad(file, 'it cannot be read', cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw bad(file, 'it is not JSON', cause);
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw bad(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`, parsed.error);
  }
  return parsed.data;
}

function bad(file: string, why: string, cause: unknown): HubgateError {
  return new HubgateError('ca.file', `The signer's rules in ${file} cannot be used: ${why}.`, {
    params: { file },
    cause,
  });
}
