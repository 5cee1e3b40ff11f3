import { createHash } from 'node:crypto';

import Database from 'better-sqlite3';

/** What a filled journal holds, and how to name it. */
export type Filled = { serialOf: (n: number) => string; orderOf: (n: number) => string };

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * Puts many certificates into the journal of a signer that is stopped: rows as the signer writes
 * them, in one transaction. Each has the template's bytes with a serial of its own.
 *
 * @param input.template a certificate of this CA, DER, with a serial of 20 octets
 * @param input.revoked  how many of them are revoked, the first ones
 */
export function fillJournal(
  file: string,
  input: { caKeyId: string; template: Uint8Array; count: number; revoked: number; now: Date },
): Filled {
  const { caKeyId, template, count, revoked, now } = input;
  const at = now.getTime() - 86_400_000;
  const ends = now.getTime() + 300 * 86_400_000;
  const db = new Database(file);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = OFF');
    const order = db.prepare('INSERT INTO orders VALUES (?, ?, ?, ?)');
    const intent = db.prepare(`INSERT INTO intents VALUES (?, ?, ?, 'committed', ?)`);
    const certificate = db.prepare(
      `INSERT INTO certificates (serial, ca_key_id, source, order_id, spki_sha256, not_after, issued_at, der)
         VALUES (?, ?, 'order', ?, ?, ?, ?, ?)`,
    );
    const revocation = db.prepare(`INSERT INTO revocations VALUES (?, ?, 'superseded', 'person:olga', ?, ?)`);
    const change = db.prepare(
      `INSERT INTO revocation_changes (serial, ca_key_id, state, reason, revoked_at, at, by, door)
         VALUES (?, ?, 'revoked', 'superseded', ?, ?, 'person:olga', 'web')`,
    );
    db.transaction(() => {
      for (let n = 0; n < count; n++) {
        const serial = serialOf(n);
        const orderId = orderOf(n);
        const hash = createHash('sha256').update(serial).digest('hex');
        const content = contentOf(orderId, caKeyId, hash, n);
        order.run(orderId, hash, content, at);
        intent.run(serial, orderId, hash, at);
        certificate.run(serial, caKeyId, orderId, hash, ends, at, withSerial(template, serial));
        if (n >= revoked) continue;
        revocation.run(serial, caKeyId, at + n, ends);
        change.run(serial, caKeyId, at + n, at + n);
      }
      db.prepare('UPDATE meta SET issued = issued + ?, revoked = revoked + ?').run(count, revoked);
    })();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
  return { serialOf, orderOf };
}

/** Spread as random serials are, so that indexes work as they would. */
function serialOf(n: number): string {
  const octets = createHash('sha1').update(`serial ${n}`).digest();
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return octets.toString('hex');
}

function orderOf(n: number): string {
  let rest = n;
  let text = '';
  for (let at = 0; at < 8; at++) {
    text = CROCKFORD.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return `R-${text}`;
}

function contentOf(orderId: string, caKeyId: string, csrSha256: string, n: number): string {
  return JSON.stringify({
    action: 'issue',
    caKeyId,
    orderId,
    csrSha256,
    profile: 'user',
    commonName: `u${n}`,
    san: { emails: [`u${n}@example.org`], dnsNames: [], ipAddresses: [] },
    lifetimeDays: 365,
  });
}

/** SEQUENCE { SEQUENCE { [0] { INTEGER 2 }, INTEGER serial: the serial's octets begin behind 15 others. */
function withSerial(template: Uint8Array, serial: string): Buffer {
  const der = Buffer.from(template);
  if (der[13] !== 0x02 || der[14] !== 20) throw new RangeError('The template has no serial of 20 octets.');
  der.write(serial, 15, 'hex');
  return der;
}
