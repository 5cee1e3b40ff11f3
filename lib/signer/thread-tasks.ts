import { createHash, type KeyObject } from 'node:crypto';

import Database from 'better-sqlite3';

import { checkWhole, type CheckTask } from './journal-integrity';
import { LISTED_REVOCATIONS, type ListedRevocation } from './journal-crls';
import { makeCrl, type CrlHead } from './make-crl';
import { relintCertificates, type RelintTask } from './relint-certificates';

/** A revocation list with more entries than the event loop should wait for. */
type CrlTask = {
  task: 'crl';
  file: string;
  caKeyId: string;
  /** Certificates that ended before are left out; ms since 1970. */
  since: number;
  head: CrlHead;
  privateKey: KeyObject;
  publicKey: KeyObject;
};

/** Everything that the signer does on threads. Each opens the journal for reading alone. */
export type ThreadTask = CrlTask | RelintTask | CheckTask;
export type ThreadResults = {
  crl: { der: Uint8Array; sha256: string; revoked: number; throughSeq: number };
  relint: { number: number };
  /** What is wrong with the file; null: nothing. */
  check: { why: string | null };
};

/** Does a task, on the thread; `tell` sends what comes before the answer. */
export async function doTask(
  task: ThreadTask,
  tell: (message: unknown) => void,
): Promise<ThreadResults[ThreadTask['task']]> {
  switch (task.task) {
    case 'crl':
      return longCrl(task);
    case 'relint':
      return relintCertificates(task, tell);
    case 'check':
      return checkWhole(task);
  }
}

async function longCrl(task: CrlTask): Promise<ThreadResults['crl']> {
  const { listed, throughSeq } = readListed(task);
  const head = { ...task.head, issuer: new Uint8Array(task.head.issuer) };
  const der = await makeCrl(head, listed, task);
  return { der, sha256: createHash('sha256').update(der).digest('hex'), revoked: listed.length, throughSeq };
}

function readListed({ file, caKeyId, since }: CrlTask) {
  const db = new Database(file, { readonly: true, timeout: 5000 });
  try {
    // One snapshot: the entries are those of exactly this change.
    return db.transaction(() => {
      const { n } = db
        .prepare('SELECT coalesce(max(seq), 0) AS n FROM revocation_changes WHERE ca_key_id = ?')
        .get(caKeyId) as { n: number };
      const rows = db.prepare(LISTED_REVOCATIONS).all(caKeyId, since) as ListedRevocation[];
      return {
        throughSeq: n,
        listed: rows.map(({ serial, reason, revoked_at }) => ({
          serial,
          reason,
          revokedAt: new Date(revoked_at),
        })),
      };
    })();
  } finally {
    db.close();
  }
}
