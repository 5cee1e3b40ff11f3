import type { Approval, ApprovedContent } from '../wire/order';
import type { JournalFile } from './journal-file';

/** Recorded before the signature exists. */
export type Intent = {
  serial: string;
  tbsSha256: string;
  order: { content: ApprovedContent; contentSha256: string; approvals: readonly Approval[] } | null;
  /** The event that counts it, if one does. */
  event?: string | null;
};

export type IssuedRow = { serial: string; orderId: string | null; der: Buffer; contentSha256: string | null };

/** What a signature made. `orderId` is null for what no portal ordered: the ceremony, the signer itself. */
export type NewCertificate = {
  serial: string;
  orderId: string | null;
  caKeyId: string;
  spkiSha256: string;
  der: Uint8Array;
  notAfter: Date;
};

/** Orders, intents and certificates. */
export type JournalOrders = {
  /** Intents of the hour and day before `now` that were not given up: what ceilings count. */
  intentsSince: (now: Date) => { hour: number; day: number };
  findByOrder: (orderId: string) => IssuedRow | null;
  /** The order by which this certificate was renewed on the word of its own key, once that is issued. */
  renewedBy: (serial: string) => string | null;
  /**
   * Gives up earlier intents of the same orders, then records these; one transaction. What an order
   * stands for may change until it has a certificate: a failed request may be edited and approved anew.
   */
  recordIntents: (intents: readonly Intent[], now: Date) => void;
  /** One transaction; each certificate closes its intent. */
  commit: (certificates: readonly NewCertificate[], now: Date) => void;
  /** Marks intents whose signature will not come. */
  abandon: (serials: readonly string[]) => void;
};

export function journalOrders({ db, durable }: JournalFile): JournalOrders {
  const sql = {
    since: db.prepare(
      `SELECT count(*) AS n FROM intents WHERE created_at > ? AND state <> 'abandoned' AND order_id IS NOT NULL`,
    ),
    byOrder: db.prepare(
      `SELECT c.serial, c.order_id AS orderId, c.der, o.content_sha256 AS contentSha256
         FROM certificates c LEFT JOIN orders o USING (order_id) WHERE c.order_id = ?`,
    ),
    renewedBy: db.prepare(
      `SELECT a.order_id AS orderId FROM approvals a JOIN certificates c USING (order_id)
         WHERE a.method = 'renewal' AND json_extract(a.evidence, '$.serial') = ? LIMIT 1`,
    ),
    order: db.prepare(
      `INSERT INTO orders (order_id, content_sha256, content, received_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (order_id) DO UPDATE SET content_sha256 = excluded.content_sha256,
           content = excluded.content, received_at = excluded.received_at`,
    ),
    approval: db.prepare(
      `INSERT INTO approvals (order_id, approver, name, method, approved_at, expires_at, digest, evidence)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    eventOrder: db.prepare(
      `INSERT INTO training_orders (order_id, event_id) VALUES (?, ?)
         ON CONFLICT (order_id) DO UPDATE SET event_id = excluded.event_id`,
    ),
    intent: db.prepare(
      `INSERT INTO intents (serial, order_id, tbs_sha256, state, created_at) VALUES (?, ?, ?, 'open', ?)`,
    ),
    giveUp: db.prepare(
      `UPDATE intents SET state = 'abandoned'
         WHERE order_id IN (SELECT value FROM json_each(?)) AND state = 'open'`,
    ),
    giveUpSerial: db.prepare(`UPDATE intents SET state = 'abandoned' WHERE serial = ? AND state = 'open'`),
    closeIntents: db.prepare(
      `UPDATE intents SET state = 'committed'
         WHERE serial IN (SELECT value FROM json_each(?)) AND state = 'open'`,
    ),
    certificate: db.prepare(
      `INSERT INTO certificates (serial, ca_key_id, source, order_id, spki_sha256, not_after, issued_at, der)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    counted: db.prepare('UPDATE meta SET issued = issued + ? WHERE one = 1'),
  };

  function recordIntent({ serial, tbsSha256, order, event = null }: Intent, now: Date): void {
    const orderId = order?.content.orderId ?? null;
    if (order) {
      sql.order.run(orderId, order.contentSha256, JSON.stringify(order.content), now.getTime());
      for (const { approver, name, method, approvedAt, expiresAt, digest, evidence } of order.approvals) {
        const proof = evidence === undefined ? null : JSON.stringify(evidence);
        sql.approval.run(orderId, approver, name, method, approvedAt, expiresAt, digest, proof);
      }
      if (event !== null) sql.eventOrder.run(orderId, event);
    }
    sql.intent.run(serial, orderId, tbsSha256, now.getTime());
  }

  return {
    intentsSince(now) {
      const since = (ms: number): number => (sql.since.get(now.getTime() - ms) as { n: number }).n;
      return { hour: since(3_600_000), day: since(86_400_000) };
    },
    findByOrder: (orderId) => (sql.byOrder.get(orderId) as IssuedRow | undefined) ?? null,
    renewedBy: (serial) => (sql.renewedBy.get(serial) as { orderId: string } | undefined)?.orderId ?? null,
    recordIntents: (intents, now) =>
      durable(() => {
        sql.giveUp.run(JSON.stringify(intents.flatMap(({ order }) => order?.content.orderId ?? [])));
        for (const intent of intents) recordIntent(intent, now);
      }, now),
    commit: (certificates, now) =>
      durable(() => {
        const serials = certificates.map(({ serial }) => serial);
        // An intent that is not open means that somebody else finished or gave up its order.
        if (sql.closeIntents.run(JSON.stringify(serials)).changes !== serials.length) {
          throw new RangeError(`no open intent for one of ${serials.join(', ')}`);
        }
        for (const { serial, orderId, caKeyId, spkiSha256, der, notAfter } of certificates) {
          const source = orderId === null ? 'ceremony' : 'order';
          const ends = notAfter.getTime();
          sql.certificate.run(serial, caKeyId, source, orderId, spkiSha256, ends, now.getTime(), der);
        }
        sql.counted.run(certificates.length);
      }, now),
    abandon: (serials) =>
      durable(() => {
        for (const serial of serials) sql.giveUpSerial.run(serial);
      }),
  };
}
