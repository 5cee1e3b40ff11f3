import { CRL_REASONS } from './crl-plan';
import { fromHex } from './der';
import {
  binary,
  contextConstructed,
  contextPrimitive,
  enumerated,
  type ForgeNode,
  fromDer,
  generalizedTime,
  octetString,
  oid,
  sequence,
  toDer,
  toDerBinary,
} from './forge-asn1';
import type { OcspPlan, OcspSingle, OcspStatus } from './ocsp-plan';
import { OID } from './oids';

/**
 * Builds the bytes of a response that a responder will sign (ResponseData, RFC 6960 section 4.2.1)
 * with node-forge. The result must pass lintOcspTbs() before it is signed.
 */
export function buildOcspTbs(plan: OcspPlan): Uint8Array {
  const keyHash = octetString(binary(fromHex(plan.responderKeyId)));
  return toDer(
    sequence(
      contextConstructed(2, keyHash), // byKey; the version is left out, being the default
      generalizedTime(plan.producedAt),
      sequence(...plan.answers.map(singleNode)),
      ...(plan.nonce === null ? [] : [contextConstructed(1, sequence(nonceNode(plan.nonce)))]),
    ),
  );
}

function singleNode({ certId, status, thisUpdate, nextUpdate }: OcspSingle): ForgeNode {
  return sequence(
    fromDer(certId),
    statusNode(status),
    generalizedTime(thisUpdate),
    contextConstructed(0, generalizedTime(nextUpdate)),
  );
}

function statusNode(status: OcspStatus): ForgeNode {
  switch (status.kind) {
    case 'good':
      return contextPrimitive(0, '');
    case 'unknown':
      return contextPrimitive(2, '');
    case 'revoked': {
      const at = generalizedTime(status.at);
      // As in CRLs, "unspecified" is said by saying nothing (RFC 5280 section 5.3.1).
      if (status.reason === 'unspecified') return contextConstructed(1, at);
      return contextConstructed(1, at, contextConstructed(0, enumerated(CRL_REASONS[status.reason])));
    }
  }
}

/** RFC 9654 section 2.1: an OCTET STRING within the extension's own. */
function nonceNode(nonce: Uint8Array): ForgeNode {
  return sequence(oid(OID.ocspNonce), octetString(toDerBinary(octetString(binary(nonce)))));
}
