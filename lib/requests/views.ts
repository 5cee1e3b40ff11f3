import type { AccountState } from '../accounts/account';
import type { CheckResult, Said } from '../x509/check-result';
import type { RequestAction, RequestState } from './states';

/** Views that domain verbs return: plain data, dates as ISO 8601 UTC strings, ready for pages and JSON. */

export type EmailState = 'none' | 'unproven' | 'proven' | 'vouched';
export type Finding = 'clean' | 'warn' | 'bad';

/** One row of the queue and of `GET /api/v1/admin/requests`. */
export type RequestItem = {
  id: string;
  state: RequestState;
  version: number;
  profile: 'user' | 'server';
  commonName: string;
  email: string | null;
  emailState: EmailState;
  name: string | null;
  note: string | null;
  /** The requester's name for the device; not part of what is approved or issued. */
  label: string | null;
  keyLabel: string;
  spkiSha256: string;
  finding: Finding;
  checks: CheckResult[];
  trust: 'none' | 'weak' | 'proven';
  /** What the centre's directory says of the account. */
  accountState: AccountState;
  /** What shows that it is the requester's. */
  accountProof: 'none' | 'sign-in' | 'directory';
  createdAt: string;
  updatedAt: string;
  signAfter: string | null;
  serial: string | null;
};

export type CertificateView = {
  serial: string;
  state: 'VALID' | 'REVOKED' | 'EXPIRED' | 'SUPERSEDED';
  subject: string;
  commonName: string;
  email: string | null;
  issuer: string;
  keyLabel: string;
  /** The person's name for the device that holds the key. */
  label: string | null;
  notBefore: string;
  notAfter: string;
  fingerprintSha256: string;
  spkiSha256: string;
  revokedAt: string | null;
  revocationReason: string | null;
  requestId: string | null;
  /** Serial of the certificate that this one follows. */
  renews: string | null;
  /** Serial of the certificate that follows this one. */
  supersededBy: string | null;
  profile: 'user' | 'server';
};

export type TimelineEntry = {
  at: string;
  /** `submitted`, `approved`, `rejected`, …: the word is the catalogue's. */
  what: string;
  who: string;
  detail: string | null;
  /** How a holder who revoked proved that the certificate is theirs; for the administration. */
  proof?: string;
};

/** What the requester sees with the pick-up secret, and `GET /api/v1/requests/{id}`. */
export type RequesterView = {
  id: string;
  state: RequestState;
  reason: string | null;
  question: string | null;
  commonName: string;
  email: string | null;
  emailState: EmailState;
  keyLabel: string;
  label: string | null;
  spkiSha256: string;
  profile: 'user' | 'server';
  createdAt: string;
  expiresAt: string;
  /** Who vouches for the person; null: nobody does. */
  sponsor: { name: string; at: string } | null;
  /** Where somebody of the centre may vouch, while that helps. */
  sponsorPath: string | null;
  /** The directory did not answer yet: the approver waits for that, too. */
  directorySilent: boolean;
  timeline: TimelineEntry[];
  /** Who can act next: `approver`, `signer`, `you`, `nobody`. */
  next: 'approver' | 'signer' | 'you' | 'nobody';
  actions: RequestAction[];
  certificate:
    | (CertificateView & {
        pem: string;
        chain: string;
        /** When its owner had it the first time, and when the gate first accepted it. ISO 8601. */
        fetchedAt: string | null;
        seenAt: string | null;
      })
    | null;
  /** The certificate that this request renews. */
  renewed: Pick<CertificateView, 'serial' | 'state' | 'notAfter' | 'label'> | null;
};

export type RelatedRequest = {
  id: string;
  state: RequestState;
  commonName: string;
  email: string | null;
  createdAt: string;
  /** Why it is listed here. */
  because: 'same-name' | 'same-email' | 'same-key';
};

/** Three columns: what was asked, what the centre's policy says, what will be issued. */
export type PreviewRow = {
  field: 'commonName' | 'email' | 'organisation' | 'key' | 'life' | 'usage' | 'names' | 'extensions';
  asked: string | null;
  policy: string;
  issued: string | null;
  /** The policy, and the issued value, by name where they are words and no values. */
  policySays?: Said['says'];
  issuedSays?: Said['says'];
  /** The issued value stands only once something happens, e.g. `mailbox-proof`. */
  pending?: 'mailbox-proof' | 'vouch';
};

/** What a certificate would hold if the request were sent as it is. Nothing is stored. */
export type RequestPreview = {
  commonName: string;
  email: string | null;
  subject: string;
  issuer: string;
  keyLabel: string;
  spkiSha256: string;
  lifetimeDays: number;
  rows: PreviewRow[];
  /** Public findings only: nothing about other people (whether a name is taken is not told). */
  checks: CheckResult[];
};

/** What the approver sees of one request. */
export type ApproverView = RequestItem & {
  /** Sent by the very person who looks at it: somebody else decides. */
  own: boolean;
  /** As the directory has it, while it is known; `askedAt` is when it was asked last. */
  account: { name: string | null; groups: string[]; askedAt: string } | null;
  /** Who of the centre vouches for the person. */
  sponsor: { name: string; at: string; note: string | null } | null;
  reason: string | null;
  question: string | null;
  failureCode: string | null;
  csrPem: string;
  csr: {
    subject: string;
    signatureAlgorithm: string;
    keyLabel: string;
    emails: string[];
    dnsNames: string[];
    ipAddresses: string[];
    /** Asked for in the CSR and not granted: extension names. */
    ignoredExtensions: string[];
  };
  preview: PreviewRow[];
  subject: string;
  issuer: string;
  lifetimeDays: number;
  approvals: { approver: string; at: string; comment: string | null; method: string }[];
  approvalsNeeded: number;
  related: RelatedRequest[];
  timeline: TimelineEntry[];
  actions: RequestAction[];
  certificate: CertificateView | null;
};

/** A stream event of signing: `item` per request, then `done`. */
export type SignEvent =
  | {
      event: 'item';
      id: string;
      state: RequestState;
      serial?: string;
      code?: string;
      done: number;
      total: number;
    }
  | { event: 'done'; issued: number; failed: number };
