import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import Database from 'better-sqlite3';

import { ApprovedContent } from '../wire/order';
import type { RelintFinding } from '../wire/relint';
import { parseCertificate, type CertificateInfo } from '../x509/certificate';
import { contentOf, oidText, readDer, readDerParts } from '../x509/der';
import { findIssuedFaults, findRowFaults } from '../x509/recheck';
import { digestOf, SIGNATURE_ALGORITHMS, SIGNATURE_DETAILS } from '../x509/signature-algorithm';

/** Certificates read at a time: a quarter of a second of work. */
const SLICE = 150;
/** The thread works a quarter of the time, so that two cores go on signing. */
const REST_FACTOR = 3;

export type RelintTask = {
  task: 'relint';
  file: string;
  /** The last certificate of the journal that was looked at, and the last that will be. */
  after: number;
  through: number;
  /** Work without pauses: an operator waits. */
  hurry: boolean;
};

/** How far it is; what was found since the message before. */
export type RelintProgress = { number: number; findings: RelintFinding[] };

/** Goes through the journal on a thread, by slices, and tells each one. */
export async function relintCertificates(
  { file, after, through, hurry }: RelintTask,
  tell: (progress: RelintProgress) => void,
): Promise<{ number: number }> {
  const db = new Database(file, { readonly: true, timeout: 5000 });
  try {
    const look = openRelint(db);
    let number = after;
    while (number < through) {
      const started = performance.now();
      const slice = look(number, through);
      if (slice === null) break;
      number = slice.number;
      tell(slice);
      if (!hurry) await pause(REST_FACTOR * (performance.now() - started));
    }
    return { number };
  } finally {
    db.close();
  }
}

type Row = {
  number: number;
  serial: string;
  ca_key_id: string;
  source: 'order' | 'ceremony' | 'import';
  spki_sha256: string;
  not_after: number;
  der: Buffer;
  tbs_sha256: string | null;
  state: string | null;
  content: string | null;
  blocked: number | null;
  revoked: number | null;
};
type Issuer = { info: CertificateInfo; key: KeyObject };

/** @returns looks at the next slice behind a number; null when there is none */
export function openRelint(db: Database.Database): (after: number, through: number) => RelintProgress | null {
  const rows = db.prepare(
    `SELECT c.number, c.serial, c.ca_key_id, c.source, c.spki_sha256, c.not_after, c.der, i.tbs_sha256, i.state,
            o.content, b.seq AS blocked, r.revoked_at AS revoked
       FROM certificates c LEFT JOIN intents i USING (serial) LEFT JOIN orders o ON o.order_id = c.order_id
         LEFT JOIN blocked_keys b USING (spki_sha256) LEFT JOIN revocations r ON r.serial = c.serial
       WHERE c.number > ? AND c.number <= ? ORDER BY c.number LIMIT ${SLICE}`,
  );
  const issuers = new Map(
    (db.prepare('SELECT key_id, der FROM cas').all() as { key_id: string; der: Buffer }[]).map(
      ({ key_id, der }): [string, Issuer] => {
        const info = parseCertificate(der);
        const key = createPublicKey({ key: Buffer.from(info.spki), format: 'der', type: 'spki' });
        return [key_id, { info, key }];
      },
    ),
  );
  return (after, through) => {
    const slice = rows.all(after, through) as Row[];
    const last = slice.at(-1);
    if (last === undefined) return null;
    const findings = slice.flatMap((row) => findingsOf(row, issuers.get(row.ca_key_id) ?? null));
    return { number: last.number, findings };
  };
}

function findingsOf(row: Row, issuer: Issuer | null): RelintFinding[] {
  const { serial } = row;
  const found = (kind: RelintFinding['kind'], says: string): RelintFinding => ({
    serial,
    kind,
    says: says.slice(0, 500),
  });
  // Nobody kept a copy where it came from: only its line is known.
  if (row.source === 'import' && row.der.length === 0) return [];
  let info: CertificateInfo;
  try {
    info = parseCertificate(row.der);
  } catch {
    return [found(row.source === 'import' ? 'unreadable' : 'lint', 'It is not an X.509 certificate.')];
  }
  const columns = { serial, spkiSha256: row.spki_sha256, notAfter: new Date(row.not_after) };
  const faults = findRowFaults(info, columns).map((says) => found('journal', says));
  if (row.blocked !== null && row.revoked === null) {
    faults.push(found('blocked-key', 'Its key is blocked, but it is not revoked.'));
  }
  if (row.source === 'import') return faults;

  const parts = readDerParts(row.der);
  const tbsSha256 = createHash('sha256')
    .update(parts[0] ?? new Uint8Array())
    .digest('hex');
  if (row.tbs_sha256 !== tbsSha256 || row.state !== 'committed') {
    faults.push(found('intent', 'These are not the bytes that were recorded before the signature.'));
  }
  if (issuer === null) return [...faults, found('signature', 'The CA that issued it is not known here.')];
  if (!isSigned(parts, issuer.key)) faults.push(found('signature', 'Its signature does not verify.'));
  const { subjectDer, subjectKeyId } = issuer.info;
  const known = {
    serial,
    issuerDer: subjectDer,
    issuerKeyId: subjectKeyId ?? row.ca_key_id,
    order: orderOf(row.content),
  };
  return [...faults, ...findIssuedFaults(row.der, known).map((says) => found('lint', says))];
}

function orderOf(content: string | null) {
  if (content === null) return null;
  const { profile, commonName, san, lifetimeDays, endsAt } = ApprovedContent.parse(JSON.parse(content));
  return { kind: profile, commonName, san, lifetimeDays, endsAt };
}

function isSigned([tbs, algorithm, signature]: readonly Uint8Array[], key: KeyObject): boolean {
  if (!tbs || !algorithm || !signature) return false;
  const id = oidText(readDer(algorithm).children[0]?.content ?? new Uint8Array());
  const known = SIGNATURE_ALGORITHMS.find((name) => SIGNATURE_DETAILS[name].oid === id);
  if (known === undefined) return false;
  return verify(digestOf(known), tbs, key, contentOf(signature).subarray(1));
}
