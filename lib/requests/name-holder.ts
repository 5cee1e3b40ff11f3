import { certificatesWithName } from '../db/certificates';
import type { Queries } from '../db/client';
import { eventsWithNames } from '../db/events';
import { requestsWithName, type RequestRow } from '../db/requests';

/** What tells people apart. */
export type Claimant = Pick<
  RequestRow,
  | 'id'
  | 'commonName'
  | 'profile'
  | 'spkiSha256'
  | 'requesterId'
  | 'email'
  | 'emailState'
  | 'renewsSerial'
  | 'accountProof'
  | 'participantId'
>;

export type NameHolder = {
  /** The latest certificate's serial, or the id of a request that is about to get one. */
  reference: string;
  email: string | null;
  /** Null where no request of theirs is known. */
  locale: string | null;
};

/**
 * Who holds this request's common name, when that is somebody else; null when the name is free or
 * the requester is shown to be its holder: by the account itself (a sign-in with it, or its own mailbox
 * as the directory has it), by the certificate that is being renewed, by the holder's key, by the same
 * sign-in, by the same place in an event, or by a proven mailbox that the holder's certificate carries. Naming the holder's address
 * proves nothing.
 *
 * Approved requests count as holders too, or two approvals in a row would pass each other; so do events,
 * whose names are spoken for before anybody has a certificate.
 */
export async function otherHolder(db: Queries, claimant: Claimant): Promise<NameHolder | null> {
  if (claimant.profile !== 'user' || claimant.accountProof !== 'none') return null;
  const certificates = await certificatesWithName(db, claimant.commonName);
  if (certificates.some((one) => one.serial === claimant.renewsSerial)) return null;
  const approved = await requestsWithName(db, claimant.commonName, ['APPROVED', 'SIGNING']);
  const holders = [
    ...certificates
      .filter((one) => one.profile === 'user')
      .map((one) => ({
        reference: one.serial,
        spkiSha256: one.spkiSha256,
        requesterId: one.request?.requesterId ?? null,
        participantId: one.request?.participantId ?? null,
        provenEmail: one.email,
        email: one.email ?? one.request?.email ?? null,
        locale: one.request?.locale ?? null,
      })),
    ...approved
      .filter((one) => one.id !== claimant.id && one.profile === 'user')
      .map((one) => ({
        reference: one.id,
        spkiSha256: one.spkiSha256,
        requesterId: one.requesterId,
        participantId: one.participantId,
        provenEmail: one.emailState === 'proven' || one.emailState === 'vouched' ? one.email : null,
        email: one.email,
        locale: one.locale,
      })),
  ];
  if (holders.length === 0 && claimant.participantId === null) {
    const [event] = await eventsWithNames(db, [claimant.commonName], null);
    return event === undefined ? null : { reference: event.eventId, email: null, locale: null };
  }
  if (holders.length === 0) return null;
  const same = holders.some(
    (holder) =>
      holder.spkiSha256 === claimant.spkiSha256 ||
      (claimant.participantId !== null && holder.participantId === claimant.participantId) ||
      (claimant.requesterId !== null && holder.requesterId === claimant.requesterId) ||
      (claimant.emailState === 'proven' &&
        holder.provenEmail !== null &&
        holder.provenEmail.toLowerCase() === claimant.email?.toLowerCase()),
  );
  if (same) return null;
  const [latest] = holders;
  return latest ? { reference: latest.reference, email: latest.email, locale: latest.locale } : null;
}
