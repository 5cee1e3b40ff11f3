import { certificatesWithName } from '../db/certificates';
import type { Queries } from '../db/client';
import { eventsWithNames } from '../db/events';
import { requestsWithName, type RequestRow } from '../db/requests';
import { personsNamed } from '../db/users';

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
 * sign-in, by the same place in an event, or by a proven mailbox that the holder's certificate carries.
 * Naming the holder's address proves nothing.
 *
 * Approved requests count as holders too, or two approvals in a row would pass each other; so do events,
 * whose names are spoken for before anybody has a certificate, and people who sign in under the name here:
 * their certificate signs them in. A sign-in with the account gives way to a certificate that somebody
 * else asked for while signed in: the same name at two providers need not be one person.
 */
export async function otherHolder(db: Queries, claimant: Claimant): Promise<NameHolder | null> {
  if (claimant.profile !== 'user' || claimant.accountProof === 'directory') return null;
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
  if (claimant.accountProof === 'sign-in') {
    const other = holders.find(
      ({ requesterId }) => requesterId !== null && requesterId !== claimant.requesterId,
    );
    if (other === undefined) return null;
  } else if (holders.length === 0) return claimant.participantId === null ? otherClaim(db, claimant) : null;
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

/** Whose name it is although nobody has a certificate for it: an event's, or that of somebody who signs in here. */
async function otherClaim(db: Queries, { commonName, requesterId }: Claimant): Promise<NameHolder | null> {
  const [event] = await eventsWithNames(db, [commonName], null);
  if (event !== undefined) return { reference: event.eventId, email: null, locale: null };
  const persons = await personsNamed(db, [commonName]);
  const [person] = persons;
  if (person === undefined || persons.some(({ userId }) => userId === requesterId)) return null;
  return { reference: `person:${person.login}`, email: null, locale: null };
}
