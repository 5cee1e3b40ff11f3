import { setTimeout as pause } from 'node:timers/promises';

import type { Ctx } from '../ctx';
import { certificateOfRequest } from '../db/certificates';
import { HubgateError, isHubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { approveRequest } from '../requests/approve-request';
import { issuingCa } from '../requests/issuing-ca';
import { signRequests } from '../requests/sign-requests';
import type { RequestState } from '../requests/states';
import { submitRequest } from '../requests/submit-request';
import { loadRequest, stateOf } from '../requests/transition';
import { toPem } from '../x509/pem';

/** A certificate as a server's configuration wants it. */
export type ServerCertificate = {
  serial: string;
  notAfter: Date;
  spkiSha256: string;
  pem: string;
  chain: string;
};

export type ServerOrder = {
  id: string;
  state: RequestState;
  /** Why it is not issued, for people. */
  reason: string | null;
  certificate: ServerCertificate | null;
};

/** While the portal's own clock signs the same request, this waits for it. */
const WAIT_MS = 15_000;
const LOOK_EVERY_MS = 250;

/**
 * An operator on the host orders a certificate for a server: submits, approves, and has it signed. Where
 * two people must approve, it stays SUBMITTED with the first approval, and where approvals need a touch,
 * with none; ask again with serverOrder().
 *
 * @param input.csr made for this, PKCS#10
 * @throws {HubgateError} `auth.*`; `signer.locked`, `signer.down` before anything is stored;
 *   `request.san` for a name that this CA does not certify
 */
export async function orderServerCertificate(
  ctx: Ctx,
  input: {
    csr: Uint8Array;
    dnsNames: readonly string[];
    ipAddresses: readonly string[];
    email: string | null;
  },
): Promise<ServerOrder> {
  requirePermission(ctx, 'server-certificates.order');
  await requireUnlocked(ctx);
  const { id } = await submitRequest(ctx, { ...input, profile: 'server', source: 'cli' });
  // A command has no passkey: an approver decides on it as on any other.
  if (ctx.config.approval.require === 'session') {
    await approveRequest(ctx, { id, comment: 'hubgate server-cert' });
  }
  return serverOrder(ctx, { id });
}

/**
 * How such an order stands by now; signs it when that is all that is left to do.
 *
 * @throws {HubgateError} `auth.*`, `request.not-found`
 */
export async function serverOrder(ctx: Ctx, input: { id: string }): Promise<ServerOrder> {
  requirePermission(ctx, 'server-certificates.order');
  let row = await loadRequest(ctx.db, input.id);
  if (row.state === 'APPROVED') {
    await sign(ctx, row.id);
    for (let waited = 0; waited < WAIT_MS; waited += LOOK_EVERY_MS) {
      row = await loadRequest(ctx.db, row.id);
      if (row.state !== 'SIGNING') break;
      await pause(LOOK_EVERY_MS);
    }
  }
  const state = stateOf(row);
  return {
    id: row.id,
    state,
    reason: row.reason,
    certificate: state === 'ISSUED' ? await issued(ctx, row.id) : null,
  };
}

async function requireUnlocked(ctx: Ctx): Promise<void> {
  const { state } = await ctx.signer.status();
  if (state === 'unlocked') return;
  throw new HubgateError('signer.locked', 'The signing key is locked. Unlock it first: hubgate ca unlock');
}

/** A key that was locked meanwhile is no failure: the order stays approved. */
async function sign(ctx: Ctx, id: string): Promise<void> {
  try {
    for await (const event of signRequests(ctx, { ids: [id] })) {
      if (event.event === 'done') return;
    }
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
  }
}

async function issued(ctx: Ctx, id: string): Promise<ServerCertificate | null> {
  const row = await certificateOfRequest(ctx.db, id);
  if (row === null) return null;
  const ca = await issuingCa(ctx);
  return {
    serial: row.serial,
    notAfter: row.notAfter,
    spkiSha256: row.spkiSha256,
    pem: toPem('CERTIFICATE', row.der),
    // Never the root: who is shown it must have it already (RFC 8446 section 4.4.2).
    chain: ca.signing.pem,
  };
}
