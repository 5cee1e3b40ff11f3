import type { Queries } from '../db/client';
import { findRenewable, type RenewableRow } from '../db/renewals';
import { HubgateError } from '../errors';
import { certificateNotFound } from './find-certificate';

/**
 * The certificate with this serial, if it may be renewed: in force, neither revoked nor held.
 * Superseded is no obstacle: somebody may have lost the new key before picking it up.
 *
 * @throws {HubgateError} `certificate.not-found`, `certificate.state`; also for one that ends with its event
 */
export async function renewable(db: Queries, serial: string, now: Date): Promise<RenewableRow> {
  const row = await findRenewable(db, serial);
  if (row === null) throw certificateNotFound();
  const state = row.notAfter <= now ? 'EXPIRED' : row.state;
  if (state === 'EXPIRED' || state === 'REVOKED') {
    throw new HubgateError(
      'certificate.state',
      `This certificate ${state === 'EXPIRED' ? 'has expired' : 'was revoked'}: it cannot be renewed. ` +
        'Ask for a new one.',
      { params: { state } },
    );
  }
  if (row.request?.participantId) {
    throw new HubgateError(
      'certificate.state',
      'This certificate ends with its event and is not renewed. Ask the organiser if you need another one.',
      { params: { state: 'EVENT' } },
    );
  }
  return row;
}
