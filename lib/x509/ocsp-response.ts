import { derValue, fromHex, readDer, TAG } from './der';

/** RFC 6960 section 4.2.1: what is answered instead of a status; nobody signs it. */
export const OCSP_ERRORS = { malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const;
export type OcspError = keyof typeof OCSP_ERRORS;

const ENUMERATED = 0x0a;
const BASIC = fromHex('06092b0601050507300101'); // id-pkix-ocsp-basic

/** An OCSPResponse that carries an error. */
export function ocspError(error: OcspError): Uint8Array {
  return derValue(TAG.sequence, derValue(ENUMERATED, Uint8Array.of(OCSP_ERRORS[error])));
}

/**
 * An OCSPResponse around a BasicOCSPResponse (RFC 6960 section 4.2.1).
 *
 * @param basic assembleSigned() of ResponseData with the responder's certificate behind it: certificatesField()
 */
export function wrapOcspResponse(basic: Uint8Array): Uint8Array {
  return derValue(
    TAG.sequence,
    derValue(ENUMERATED, Uint8Array.of(0)), // successful
    derValue(0xa0, derValue(TAG.sequence, BASIC, derValue(TAG.octetString, basic))),
  );
}

/** The field of a BasicOCSPResponse that carries the responder's certificate. */
export function certificatesField(certificate: Uint8Array): Uint8Array {
  return derValue(0xa0, derValue(TAG.sequence, certificate));
}

/**
 * Whether an OCSPResponse carries an answer, or which error; null when it is none. Nothing is verified.
 */
export function responseStatus(der: Uint8Array): 'successful' | OcspError | null {
  try {
    const [status] = readDer(der).children;
    const code = status?.tag === ENUMERATED ? status.content[0] : undefined;
    if (code === 0) return 'successful';
    const [name] = Object.entries(OCSP_ERRORS).find(([, number]) => number === code) ?? [];
    return (name as OcspError | undefined) ?? null;
  } catch {
    return null;
  }
}
