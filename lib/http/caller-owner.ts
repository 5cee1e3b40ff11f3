import { noteSeen } from '../certificates/note-use';
import { clientCertificate } from '../client-cert/client-certificate';
import type { HeaderBag } from '../client-cert/front-trust';
import { holderOf, isFresh, type Holder } from '../client-cert/holder';
import type { ClientCertificateStatus } from '../client-cert/status';
import type { Actor, Ctx } from '../ctx';
import { HubgateError } from '../errors';
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
  await noteSeen(ctx, shown);
  return shown.shown ? shown : ((await handedOverCertificate(caller, house, ctx)) ?? shown);
}

/**
 * The holder of a certificate that was shown just now, for what makes a new certificate of the old one.
 *
 * @throws {HubgateError} `auth.no-certificate`, also when it was shown too long ago; `certificate.state`
 */
export function freshHolder(status: ClientCertificateStatus, caller: Caller, now: Date): Holder {
  if (isFresh(status, now)) return holderOf(status, caller.addressKey);
  throw new HubgateError(
    'auth.no-certificate',
    'It is a while since this browser showed its certificate. Show it once more.',
  );
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
