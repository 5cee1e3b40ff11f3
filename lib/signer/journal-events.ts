import type { Approval } from '../wire/order';
import type { EventContent } from '../wire/event';
import type { JournalFile } from './journal-file';

/** An event that was approved; `used` counts the orders that were accepted for it. */
export type EventRow = { digest: string; content: EventContent; used: number; closed: boolean };

/** What stands of an approval beside its event, whose digest it was given for. */
export type StoredApproval = Omit<Approval, 'digest'>;

/** Events that were approved in advance, and what was signed for them. */
export type JournalEvents = {
  findEvent: (eventId: string) => EventRow | null;
  recordEvent: (
    event: { content: EventContent; digest: string; approvals: readonly Approval[] },
    now: Date,
  ) => void;
  /** Further ones, for the content that it was recorded with; those of before stay, as evidence. */
  addEventApprovals: (event: { eventId: string; approvals: readonly Approval[] }, now: Date) => void;
  /** Those that it was recorded with, and those that came after. */
  approvalsOfEvent: (eventId: string) => readonly StoredApproval[];
  /** Nothing more is signed for it, also when it was never approved; it stays so. */
  closeEvent: (eventId: string, by: string, now: Date) => void;
  /** True for an id that was closed before anybody approved it. */
  isTombstone: (eventId: string) => boolean;
  /** True when this order counts against this event already: a second attempt counts once. */
  isCounted: (orderId: string, eventId: string) => boolean;
  /** The event that a certificate was signed for, or null. */
  eventOfCertificate: (serial: string) => string | null;
};

/**
 * - `training_events`, `training_approvals`: kept for ever, as evidence for the certificates.
 * - `training_orders`: what counts. An order without a certificate counts too: nothing is ever lost
 *   from a count.
 */
export const EVENT_TABLES = `
  CREATE TABLE training_events (
    event_id  TEXT PRIMARY KEY,
    digest    TEXT NOT NULL,
    content   TEXT NOT NULL,
    at        INTEGER NOT NULL,
    closed_at INTEGER,
    closed_by TEXT
  ) STRICT;
  CREATE TABLE training_approvals (
    event_id    TEXT NOT NULL REFERENCES training_events (event_id),
    approver    TEXT NOT NULL,
    name        TEXT NOT NULL,
    method      TEXT NOT NULL,
    approved_at TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    evidence    TEXT
  ) STRICT;
  CREATE TABLE training_orders (
    order_id TEXT PRIMARY KEY,
    event_id TEXT NOT NULL REFERENCES training_events (event_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX training_orders_of_event ON training_orders (event_id);
`;

/** Ids that were closed before their events came: whatever was approved of them opens nothing any more. */
export const EVENT_TOMBSTONES = `
  CREATE TABLE training_tombstones (
    event_id  TEXT PRIMARY KEY,
    closed_at INTEGER NOT NULL,
    closed_by TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Events whose approvals are kept in memory: asked with each order, and they hardly ever change. */
const REMEMBERED = 64;

export function journalEvents({ db, durable }: JournalFile): JournalEvents {
  const sql = {
    find: db.prepare(
      `SELECT digest, content, closed_at AS closedAt,
              (SELECT count(*) FROM training_orders o WHERE o.event_id = e.event_id) AS used
         FROM training_events e WHERE event_id = ?`,
    ),
    event: db.prepare('INSERT INTO training_events (event_id, digest, content, at) VALUES (?, ?, ?, ?)'),
    approval: db.prepare('INSERT INTO training_approvals VALUES (?, ?, ?, ?, ?, ?, ?)'),
    close: db.prepare(
      'UPDATE training_events SET closed_at = ?, closed_by = ? WHERE event_id = ? AND closed_at IS NULL',
    ),
    approvals: db.prepare(
      `SELECT approver, name, method, approved_at AS approvedAt, expires_at AS expiresAt, evidence
         FROM training_approvals WHERE event_id = ?`,
    ),
    bury: db.prepare('INSERT INTO training_tombstones VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
    buried: db.prepare('SELECT 1 FROM training_tombstones WHERE event_id = ?'),
    counted: db.prepare('SELECT 1 FROM training_orders WHERE order_id = ? AND event_id = ?'),
    ofCertificate: db
      .prepare(
        `SELECT o.event_id FROM certificates c JOIN training_orders o ON o.order_id = c.order_id
           WHERE c.serial = ?`,
      )
      .pluck(),
    note: db.prepare('INSERT INTO events (at, what) VALUES (?, ?)'),
  };
  const remembered = new Map<string, readonly StoredApproval[]>();
  const keep = (eventId: string, approvals: readonly Approval[]): string => {
    for (const { approver, name, method, approvedAt, expiresAt, evidence } of approvals) {
      const proof = evidence === undefined ? null : JSON.stringify(evidence);
      sql.approval.run(eventId, approver, name, method, approvedAt, expiresAt, proof);
    }
    return approvals.map(({ name, method }) => `${name} (${method})`).join(', ');
  };
  return {
    findEvent(eventId) {
      const row = sql.find.get(eventId) as RawEvent | undefined;
      if (row === undefined) return null;
      const { digest, content, used, closedAt } = row;
      return { digest, content: JSON.parse(content) as EventContent, used, closed: closedAt !== null };
    },
    recordEvent: ({ content, digest, approvals }, now) =>
      durable(() => {
        const { eventId } = content;
        sql.event.run(eventId, digest, JSON.stringify(content), now.getTime());
        const names = keep(eventId, approvals);
        sql.note.run(
          now.getTime(),
          `event ${eventId} approved by ${names}: ${content.commonNames.length} names, ` +
            `${content.quota} certificates, ${content.startsAt} to ${content.endsAt}, digest ${digest}`,
        );
      }, now),
    addEventApprovals({ eventId, approvals }, now) {
      durable(() => {
        sql.note.run(now.getTime(), `event ${eventId} approved again by ${keep(eventId, approvals)}`);
      }, now);
      remembered.delete(eventId);
    },
    approvalsOfEvent(eventId) {
      const known = remembered.get(eventId);
      if (known !== undefined) return known;
      const approvals = (sql.approvals.all(eventId) as RawApproval[]).map(({ evidence, ...approval }) => ({
        ...approval,
        ...(evidence === null ? {} : { evidence: JSON.parse(evidence) as Record<string, string> }),
      }));
      // None: it may be approved yet.
      if (approvals.length === 0) return approvals;
      if (remembered.size >= REMEMBERED) remembered.clear();
      remembered.set(eventId, approvals);
      return approvals;
    },
    closeEvent: (eventId, by, now) =>
      durable(() => {
        const at = now.getTime();
        if (sql.find.get(eventId) === undefined) {
          const { changes } = sql.bury.run(eventId, at, by);
          if (changes === 1) sql.note.run(at, `event ${eventId} closed by ${by} before it was approved`);
        } else if (sql.close.run(at, by, eventId).changes === 1) {
          sql.note.run(at, `event ${eventId} closed by ${by}`);
        }
      }),
    isTombstone: (eventId) => sql.buried.get(eventId) !== undefined,
    isCounted: (orderId, eventId) => sql.counted.get(orderId, eventId) !== undefined,
    eventOfCertificate: (serial) => (sql.ofCertificate.get(serial) as string | undefined) ?? null,
  };
}

type RawApproval = Omit<StoredApproval, 'evidence'> & { evidence: string | null };
type RawEvent = { digest: string; content: string; used: number; closedAt: number | null };
