import type { JournalFile } from './journal-file';

/** A touch that was seen and verified here. */
export type TouchRow = {
  credentialId: string;
  challenge: string;
  person: string;
  counter: number;
  expiresAt: Date;
};

/** A passkey that the portal proposes; no approval counts with it. */
export type ProposalRow = {
  fingerprint: string;
  personId: string;
  name: string;
  credentialId: string;
  publicKey: string;
  counter: number;
  proposedAt: Date;
};

/** An order as it was touched for; `content` as JSON. */
export type TouchedRow = {
  approver: string;
  name: string;
  approvedAt: string;
  content: string;
  serial: string | null;
};

/** Touches of approvers, and passkeys that wait for an operator. */
export type JournalPasskeys = {
  isTouchKnown: (credentialId: string, challenge: string) => boolean;
  /** The highest counter that this authenticator has shown here; 0 when it has shown none. */
  highestCounter: (credentialId: string) => number;
  recordTouch: (touch: TouchRow, now: Date) => void;
  /** Orders with approvals by passkey, each once for every person, newest first. */
  touchedOrders: (limit: number) => TouchedRow[];
  /** Oldest first. */
  proposals: () => ProposalRow[];
  /** Forgets those proposed before `until`. */
  propose: (proposal: ProposalRow, until: Date) => void;
  /** Takes them away; the number that were there. */
  dropProposals: (fingerprints: readonly string[]) => number;
};

/**
 * - `touches`: kept for ever, beside the approvals that they stand for: this is the evidence.
 * - `passkey_proposals`: small, what operators have not decided on.
 */
export const PASSKEY_TABLES = `
  CREATE TABLE touches (
    credential_id TEXT NOT NULL,
    challenge     TEXT NOT NULL,
    person        TEXT NOT NULL,
    counter       INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    seen_at       INTEGER NOT NULL,
    PRIMARY KEY (credential_id, challenge)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX touches_by_counter ON touches (credential_id, counter);

  CREATE TABLE passkey_proposals (
    fingerprint   TEXT PRIMARY KEY,
    person_id     TEXT NOT NULL,
    name          TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    public_key    TEXT NOT NULL,
    counter       INTEGER NOT NULL,
    proposed_at   INTEGER NOT NULL
  ) STRICT;
`;

export function journalPasskeys({ db, durable }: JournalFile): JournalPasskeys {
  const sql = {
    known: db.prepare('SELECT 1 FROM touches WHERE credential_id = ? AND challenge = ?'),
    highest: db.prepare('SELECT max(counter) AS highest FROM touches WHERE credential_id = ?'),
    touch: db.prepare(
      `INSERT INTO touches (credential_id, challenge, person, counter, expires_at, seen_at)
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    touched: db.prepare(
      // Only what the order stands for now: one that was approved anew may have had other content.
      `SELECT a.approver, a.name, a.approved_at AS approvedAt, o.content, c.serial
         FROM approvals a JOIN orders o ON o.order_id = a.order_id AND o.content_sha256 = a.digest
           LEFT JOIN certificates c ON c.order_id = a.order_id
         WHERE a.method = 'passkey' ORDER BY a.rowid DESC LIMIT ?`,
    ),
    proposals: db.prepare(
      `SELECT fingerprint, person_id AS personId, name, credential_id AS credentialId,
              public_key AS publicKey, counter, proposed_at AS proposedAt
         FROM passkey_proposals ORDER BY proposed_at, fingerprint`,
    ),
    propose: db.prepare(
      `INSERT INTO passkey_proposals (fingerprint, person_id, name, credential_id, public_key, counter, proposed_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (fingerprint) DO UPDATE SET person_id = excluded.person_id, name = excluded.name,
           counter = excluded.counter, proposed_at = excluded.proposed_at`,
    ),
    forget: db.prepare('DELETE FROM passkey_proposals WHERE proposed_at < ?'),
    drop: db.prepare('DELETE FROM passkey_proposals WHERE fingerprint = ?'),
  };
  return {
    isTouchKnown: (credentialId, challenge) => sql.known.get(credentialId, challenge) !== undefined,
    highestCounter: (credentialId) =>
      (sql.highest.get(credentialId) as { highest: number | null }).highest ?? 0,
    recordTouch: ({ credentialId, challenge, person, counter, expiresAt }, now) =>
      durable(
        () =>
          void sql.touch.run(credentialId, challenge, person, counter, expiresAt.getTime(), now.getTime()),
        now,
      ),
    touchedOrders: (limit) => sql.touched.all(limit) as TouchedRow[],
    proposals: () =>
      (sql.proposals.all() as (Omit<ProposalRow, 'proposedAt'> & { proposedAt: number })[]).map((row) => ({
        ...row,
        proposedAt: new Date(row.proposedAt),
      })),
    propose: (one, until) =>
      durable(() => {
        sql.forget.run(until.getTime());
        const { fingerprint, personId, name, credentialId, publicKey, counter, proposedAt } = one;
        sql.propose.run(fingerprint, personId, name, credentialId, publicKey, counter, proposedAt.getTime());
      }),
    dropProposals: (fingerprints) =>
      durable(() => fingerprints.reduce((sum, one) => sum + sql.drop.run(one).changes, 0)),
  };
}
