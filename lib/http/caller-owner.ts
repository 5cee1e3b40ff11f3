import { clientCertificate } from '../client-cert/client-certificate';
import type { HeaderBag } from '../client-cert/front-trust';
import type { ClientCertificateStatus } from '../client-cert/status';
import type { Actor, Ctx } from '../ctx';
import type { Person } from '../identity/session';
import type { Instance } from '../instance';
import { callerRequests, type Caller } from './caller';
import { handedOverCertificate } from './certificate-cookie';
import { mailboxOf } from './mailbox-cookie';

/** The certificate that the caller shows here, or that was handed over from the gate's name. */
export async function visitorCertificate(
  headers: HeaderBag,
  caller: Caller,
  house: Instance,
  ctx: Ctx,
): Promise<ClientCertificateStatus> {
  const shown = await clientCertificate(headers, caller.trust, ctx);
  return shown.shown ? shown : ((await handedOverCertificate(caller, house, ctx)) ?? shown);
}

/** Everything by which this browser has proven whose certificates it may take back. */
export function callerOwner(
  house: Instance,
  caller: Caller,
  known: { person: Person | null; certificate: ClientCertificateStatus; now: Date },
): Extract<Actor, { kind: 'owner' }> {
  const { person, certificate, now } = known;
  return {
    kind: 'owner',
    addressKey: caller.addressKey,
    proofs: {
      requestIds: callerRequests(house, caller, now),
      // One that is not accepted, e.g. since it was revoked, proves nothing any more.
      serial: certificate.accepted ? (certificate.certificate?.serial ?? null) : null,
      email: mailboxOf(caller.cookies, house.secrets.session, now),
      userId: person?.userId ?? null,
    },
  };
}
