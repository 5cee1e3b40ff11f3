import { z } from 'zod';

import { ACCOUNT_STATES } from '../accounts/account';
import { AuditFilterQuery } from '../audit/read-filter';
import { RENEWAL_OBSTACLES } from '../certificates/renewal-policy';
import { REQUEST_STATES } from '../requests/states';

/** The API's shapes: routes validate with them and /api/v1/openapi.json is made from them. */

export const RequestId = z
  .string()
  .regex(/^R-[0-9A-HJKMNP-TV-Z]{8}$/, 'an id such as R-7K3F9Q2M')
  .meta({ id: 'RequestId', example: 'R-7K3F9Q2M' });
export const RequestParams = z.strictObject({ id: RequestId });

const Serial = z.string().regex(/^(?:[0-9a-f]{2}){1,20}$/, 'a serial in lower-case hex');
export const SerialParams = z.strictObject({ serial: Serial });

const State = z.enum(REQUEST_STATES).meta({ id: 'RequestState' });

/** Under which media types programs send a CSR as the body itself. */
export const CSR_TYPES = [
  'application/pkcs10',
  'application/x-pem-file',
  'application/x-x509-csr',
  'application/octet-stream',
] as const;

export const SubmitBody = z
  .strictObject({
    csr: z.string().min(1).describe('PEM; at most 16 KiB'),
    email: z
      .string()
      .max(320)
      .nullish()
      .describe('Stands in the certificate once it is proven or vouched for'),
    name: z.string().max(200).nullish().describe('For display only'),
    commonName: z.string().max(200).nullish().describe("The account; otherwise the CSR's CN"),
    profile: z.enum(['user', 'server']).nullish(),
    note: z.string().max(2000).nullish(),
    label: z
      .string()
      .max(200)
      .nullish()
      .describe('Your name for the device, e.g. laptop; at most 40 characters, not in the certificate'),
    dnsNames: z.array(z.string().max(253)).max(32).nullish(),
    ipAddresses: z.array(z.string().max(45)).max(32).nullish(),
    trustProof: z.string().max(500).nullish(),
    invitation: z
      .string()
      .max(300)
      .nullish()
      .describe('The secret of a personal invitation to an event, or its whole link'),
  })
  .meta({ id: 'SubmitRequest' });

/** For a CSR as the body itself (curl --data-binary @my.csr). */
export const SubmitQuery = z.strictObject({
  email: z.string().max(320).optional(),
  name: z.string().max(200).optional(),
  commonName: z.string().max(200).optional(),
  profile: z.enum(['user', 'server']).optional(),
  note: z.string().max(2000).optional(),
  label: z.string().max(200).optional(),
  trustProof: z.string().max(500).optional(),
});

export const Submitted = z
  .object({ id: RequestId, state: State, statusUrl: z.url(), pickupSecret: z.string() })
  .meta({ id: 'SubmittedRequest' });

const oldSerial = Serial.nullish().describe('Of the old certificate, where none is shown by TLS');
const proof = z
  .string()
  .max(1400)
  .regex(/^[A-Za-z0-9+/_-]+={0,2}$/, 'a signature in base64')
  .nullish()
  .describe(
    'Signature of the old key over "hubgate-renewal-v1", the CSR’s SHA-256 and the serial, one a line',
  );

export const RenewBody = z
  .strictObject({
    csr: z.string().min(1).describe('PEM; at most 16 KiB'),
    email: z.string().max(320).nullish().describe("Only to change it; otherwise the old certificate's"),
    note: z.string().max(2000).nullish(),
    label: z.string().max(200).nullish().describe("The device; otherwise the old certificate's"),
    serial: oldSerial,
    proof,
  })
  .meta({ id: 'Renew' });

export const RenewQuery = z.strictObject({
  email: z.string().max(320).optional(),
  note: z.string().max(2000).optional(),
  label: z.string().max(200).optional(),
  serial: oldSerial,
  proof,
});

export const Renewed = z
  .object({
    id: RequestId,
    state: State,
    statusUrl: z.url(),
    pickupSecret: z.string(),
    renews: z.string().describe('Serial of the old certificate'),
    automatic: z.boolean().describe('Approved by the renewal policy'),
    obstacle: z.enum(RENEWAL_OBSTACLES).nullable().describe('Why an approver has to decide'),
  })
  .meta({ id: 'RenewedCertificate' });

/** The old certificate is named, so that it is never another one. */
export const RevokeRenewedBody = z.strictObject({ serial: Serial });

export const RequesterAnswer = z
  .object({
    id: RequestId,
    state: State,
    reason: z.string().optional(),
    question: z.string().optional(),
    commonName: z.string(),
    email: z.string().nullable(),
    label: z.string().nullable(),
    createdAt: z.iso.datetime(),
    certificate: z
      .object({
        serial: z.string(),
        notBefore: z.iso.datetime(),
        notAfter: z.iso.datetime(),
        pem: z.string(),
        chain: z.string(),
      })
      .optional(),
  })
  .meta({ id: 'Request' });

export const Empty = z.strictObject({});

const limit = z.coerce.number().int().min(1).max(200).default(50);
const cursor = z.string().max(200).optional();
const q = z.string().max(200).optional();

export const RequestListQuery = z.strictObject({
  state: State.optional(),
  finding: z.enum(['clean', 'flagged']).optional(),
  sort: z.enum(['newest', 'oldest', 'name']).optional(),
  q,
  cursor,
  limit,
});

const Check = z.object({
  code: z.string(),
  ok: z.boolean(),
  level: z.string(),
  message: z.string().describe('In English'),
  says: z
    .array(
      z.object({
        sentence: z.string(),
        params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      }),
    )
    .optional()
    .describe('The message by name and values, for who words it in another language'),
});

export const RequestItemSchema = z
  .object({
    id: RequestId,
    state: State,
    profile: z.enum(['user', 'server']),
    commonName: z.string(),
    email: z.string().nullable(),
    label: z.string().nullable(),
    accountState: z.enum(ACCOUNT_STATES).describe("What the centre's directory says of the account"),
    accountProof: z.enum(['none', 'sign-in', 'directory']).describe("What shows that it is the requester's"),
    createdAt: z.iso.datetime(),
    spkiSha256: z.string(),
    checks: z.array(Check),
  })
  .meta({ id: 'RequestItem' });

export const RequestList = z.object({ items: z.array(RequestItemSchema), nextCursor: z.string().nullable() });

export const ApproveBody = z.strictObject({
  comment: z.string().max(1000).optional(),
  vouchEmail: z.boolean().optional(),
  confirmTakeover: z.boolean().optional(),
  version: z.int().min(1).optional(),
});
export const RejectBody = z.strictObject({
  reason: z.string().min(1).max(1000),
  version: z.int().min(1).optional(),
});
export const Decision = z.object({ id: RequestId, state: State }).meta({ id: 'Decision' });

export const SignBody = z.union([
  z.strictObject({ ids: z.array(RequestId).min(1).max(1000) }),
  z.strictObject({ all: z.literal(true) }),
]);
export const SignResults = z.object({
  results: z.array(
    z.object({ id: RequestId, state: State, serial: z.string().optional(), code: z.string().optional() }),
  ),
});

export const AuditListQuery = AuditFilterQuery.extend({ cursor, limit });
export const AuditExportQuery = AuditFilterQuery.extend({
  form: z.enum(['jsonl', 'csv']).default('jsonl'),
  after: z.coerce.number().int().min(0).optional().describe('Only events after this number'),
});
export const AuditList = z.object({
  items: z.array(
    z
      .object({
        seq: z.int(),
        at: z.iso.datetime(),
        actor: z.string(),
        action: z.string(),
        target: z.string(),
        outcome: z.string(),
        data: z.record(z.string(), z.unknown()),
        requestId: z.string(),
        hash: z.string(),
      })
      .meta({ id: 'AuditEvent' }),
  ),
  nextCursor: z.string().nullable(),
});

export const CertificateListQuery = z.strictObject({
  state: z.enum(['VALID', 'REVOKED', 'EXPIRED', 'SUPERSEDED']).optional(),
  endsWithinDays: z.coerce.number().int().min(1).max(825).optional(),
  account: z
    .enum(['ended'])
    .optional()
    .describe('In force, though the directory says that the account has ended'),
  q,
  cursor,
  limit,
});
export const CertificateItem = z
  .object({
    serial: z.string(),
    state: z.enum(['VALID', 'REVOKED', 'EXPIRED', 'SUPERSEDED']),
    subject: z.string(),
    commonName: z.string(),
    email: z.string().nullable(),
    label: z.string().nullable(),
    notBefore: z.iso.datetime(),
    notAfter: z.iso.datetime(),
    fingerprintSha256: z.string(),
    revokedAt: z.iso.datetime().nullable(),
    revocationReason: z.string().nullable(),
    requestId: z.string().nullable(),
    renews: z.string().nullable(),
    supersededBy: z.string().nullable(),
  })
  .meta({ id: 'Certificate' });
export const CertificateList = z.object({
  items: z.array(CertificateItem),
  nextCursor: z.string().nullable(),
});

export const Revoked = z
  .object({
    serial: z.string(),
    state: z.string(),
    revokedAt: z.iso.datetime(),
    reason: z.string(),
    siblings: z.array(z.string()).optional().describe('Others with the same compromised key'),
  })
  .meta({ id: 'Revocation' });

export const RevokedMany = z
  .object({
    count: z.int(),
    results: z.array(
      z.object({ serial: z.string(), state: z.string(), revokedAt: z.iso.datetime(), reason: z.string() }),
    ),
    unknown: z.array(z.string()).describe("Not in the signer's journal, left as they are"),
  })
  .meta({ id: 'Revocations' });

export const RevocationPreviewAnswer = z
  .object({
    count: z.int(),
    siblings: z.int(),
    people: z.int(),
    keepAnother: z.int(),
    hubs: z.array(z.object({ name: z.string(), access: z.enum(['listed', 'any-valid']), people: z.int() })),
    certificates: z.array(
      z.object({
        serial: z.string(),
        commonName: z.string(),
        email: z.string().nullable(),
        label: z.string().nullable(),
        notBefore: z.iso.datetime(),
        notAfter: z.iso.datetime(),
        onHold: z.boolean(),
        sibling: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'RevocationPreview' });

/** A hub by its name in the list: letters of any script, digits, blanks, dots, hyphens. */
export const HubParams = z.strictObject({
  name: z
    .string()
    .overwrite(decoded)
    .regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,79}$/u, 'the name of a hub'),
});

/** A segment of a path as text, in the form that names of files are kept in. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment).normalize('NFC');
  } catch {
    return segment;
  }
}
