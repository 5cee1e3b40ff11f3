import * as z from 'zod';

/**
 * OCSP across the socket: the responder hands over CertIDs as clients wrote them, the signer hands back
 * whole responses. What is said of a certificate comes from the signer's journal alone.
 */

const base64 = (maxBytes: number) =>
  z
    .string()
    .min(1)
    .max(Math.ceil(maxBytes / 3) * 4)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/);
const instant = z.iso.datetime();

/** CertIDs of one `ocsp` call. */
export const OCSP_MAX_CERT_IDS = 100;
/** CertIDs of one response that is made for one client: as many as a request may hold. */
export const OCSP_MAX_TOGETHER = 20;

/** With SHA-256 and a serial of 21 octets it has some 110. */
const CertId = base64(160);

export const OcspParams = z.strictObject({ certIds: z.array(CertId).min(1).max(OCSP_MAX_CERT_IDS) });
export const OcspFreshParams = z.strictObject({
  certIds: z.array(CertId).min(1).max(OCSP_MAX_TOGETHER),
  /** RFC 9654: 1 to 128 octets; null for a request about several certificates without one. */
  nonce: base64(128).nullable(),
});
export const OcspLiveParams = z.strictObject({
  /** Numbers below this, the newest first; null: from the newest. */
  before: z.int().min(1).nullable(),
  limit: z.int().min(1).max(OCSP_MAX_CERT_IDS),
});

/** A response for everybody. `known` is false for a serial that was never issued. */
const Prepared = z.strictObject({
  outcome: z.literal('response'),
  /** OCSPResponse, DER. */
  response: base64(8192),
  serial: z.string(),
  thisUpdate: instant,
  nextUpdate: instant,
  known: z.boolean(),
});
/** `unauthorized`: not a CA that is answered for here. `busy`: more than the signer makes in this time. */
const Refused = z.strictObject({ outcome: z.enum(['unauthorized', 'busy']) });

export const OcspAnswer = z.discriminatedUnion('outcome', [Prepared, Refused]);
export type OcspAnswer = z.infer<typeof OcspAnswer>;

/** One for each CertID, in their order. */
export const OcspResult = z.strictObject({ answers: z.array(OcspAnswer) });

export const OcspFreshResult = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('response'), response: base64(16_384) }),
  Refused,
]);
export type OcspFreshResult = z.infer<typeof OcspFreshResult>;

/** Answers about certificates that are valid, made before anybody asks. */
export const OcspLiveResult = z.strictObject({
  answers: z.array(z.strictObject({ certId: CertId, answer: Prepared })),
  /** Where the next page begins; null at the end. */
  before: z.int().nullable(),
});
export type OcspLiveResult = z.infer<typeof OcspLiveResult>;

/** A certificate that answers for a CA, and how long it does. */
export const ResponderEnd = z.strictObject({
  caKeyId: z.string(),
  serial: z.string(),
  notBefore: instant,
  notAfter: instant,
});
export type ResponderEnd = z.infer<typeof ResponderEnd>;
