import type { RevocationReason } from '../wire/records';
import type { JournalFile } from './journal-file';

/** What OCSP says of a serial. */
export type SerialState = {
  caKeyId: string;
  revocation: { reason: RevocationReason; revokedAt: Date } | null;
};

export type LiveSerial = { serial: string; caKeyId: string };

/** What the responder asks of the journal. */
export type JournalOcsp = {
  /** Null when the serial was never issued. */
  serialState: (serial: string) => SerialState | null;
  /**
   * Of the `limit` certificates numbered below `before` those that have not ended at `now`, the newest
   * first. `before` of the next page; null at the end.
   */
  liveSerials: (input: { before: number | null; limit: number; now: Date }) => {
    live: LiveSerial[];
    before: number | null;
  };
};

export function journalOcsp({ db }: JournalFile): JournalOcsp {
  const sql = {
    issued: db.prepare('SELECT ca_key_id FROM certificates WHERE serial = ?'),
    // Looked up by itself: an imported CA may have revoked what nobody kept a copy of.
    revoked: db.prepare('SELECT ca_key_id, reason, revoked_at FROM revocations WHERE serial = ?'),
    // By number alone, so that a page costs the same however many have ended.
    page: db.prepare(
      'SELECT number, serial, ca_key_id, not_after FROM certificates WHERE number < ? ORDER BY number DESC LIMIT ?',
    ),
  };
  return {
    serialState(serial) {
      const revoked = sql.revoked.get(serial) as
        { ca_key_id: string; reason: RevocationReason; revoked_at: number } | undefined;
      if (revoked) {
        const { ca_key_id, reason, revoked_at } = revoked;
        return { caKeyId: ca_key_id, revocation: { reason, revokedAt: new Date(revoked_at) } };
      }
      const issued = sql.issued.get(serial) as { ca_key_id: string } | undefined;
      return issued ? { caKeyId: issued.ca_key_id, revocation: null } : null;
    },
    liveSerials({ before, limit, now }) {
      const rows = sql.page.all(before ?? Number.MAX_SAFE_INTEGER, limit) as {
        number: number;
        serial: string;
        ca_key_id: string;
        not_after: number;
      }[];
      const last = rows.at(-1);
      return {
        live: rows
          .filter(({ not_after }) => not_after >= now.getTime())
          .map(({ serial, ca_key_id }) => ({ serial, caKeyId: ca_key_id })),
        before: last !== undefined && rows.length === limit && last.number > 1 ? last.number : null,
      };
    },
  };
}
