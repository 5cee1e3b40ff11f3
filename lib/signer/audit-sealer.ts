import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

import { HubgateError } from '../errors';
import { FIRST_SEAL, sealDigest, type AuditSeal, type AuditSealPage } from '../wire/audit-seal';
import { writeDurably } from './ca-files';
import type { Journal } from './journal';
import type { Log } from './log';

/** Seals the portal's audit chain: what it said once, it cannot take back. */
export type AuditSealer = {
  /**
   * @returns the new seal, or the last one when it is of this very event
   * @throws {HubgateError} `signer.audit-seal` for a chain that has become shorter or another since the
   *   last seal, `ca.file`, `start.disk-full`
   */
  seal: (head: { seq: number; hash: string }) => AuditSeal;
  /** An operator's word that the chain goes on from here. */
  restart: (input: { seq: number; hash: string; by: string; reason: string }) => AuditSeal;
  page: (after: number, limit: number) => AuditSealPage;
};

type SealKey = { keyId: string; privateKey: KeyObject };

/**
 * @param input.file where the key lies, readable by the signer alone; made when there is none
 */
export function openAuditSealer(input: {
  file: string;
  journal: Journal;
  now: () => Date;
  log: Log;
}): AuditSealer {
  const { journal, now } = input;
  let held: SealKey | null = null;

  function add(content: { kind: AuditSeal['kind']; seq: number; hash: string; by: string; reason: string }) {
    const { keyId, privateKey } = (held ??= openSealKey(input));
    const last = journal.lastSeal();
    const draft = {
      ...content,
      number: (last?.number ?? 0) + 1,
      previous: last === null ? FIRST_SEAL : sealDigest(last).toString('hex'),
      keyId,
    };
    return journal.addSeal(draft, now(), (seal) => sign(null, sealDigest(seal), privateKey));
  }

  return {
    seal({ seq, hash }) {
      const last = journal.lastSeal();
      if (last !== null && seq === last.seq && hash === last.hash) return last;
      if (last !== null && seq <= last.seq) throw contradiction({ seq, hash }, last);
      return add({ kind: 'seal', seq, hash, by: '', reason: '' });
    },
    restart(wish) {
      const seal = add({ ...wish, kind: 'restart' });
      journal.note(`audit chain goes on from event ${wish.seq}, as ${wish.by} says`, now());
      return seal;
    },
    page(after, limit) {
      const { seals, more } = journal.seals(after, limit);
      return { journalId: journal.identity().journalId, seals, keys: journal.auditKeys(), more };
    },
  };
}

function contradiction(head: { seq: number; hash: string }, last: AuditSeal): HubgateError {
  const what =
    head.seq < last.seq
      ? `The audit chain ends at event ${head.seq}, and was sealed up to event ${last.seq} already`
      : `Event ${head.seq} of the audit chain is another one than was sealed`;
  return new HubgateError(
    'signer.audit-seal',
    `${what} (${last.at}). Look at it with hubgate audit verify; after a database was put back: hubgate audit accept`,
    { params: { seq: head.seq, sealed: last.seq } },
  );
}

/** The key on the disk, or a new one; the journal knows its public half before anything is signed. */
function openSealKey({ file, journal, now, log }: Parameters<typeof openAuditSealer>[0]): SealKey {
  const privateKey = existsSync(file) ? readKey(file) : makeKey(file);
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const keyId = createHash('sha256').update(spki).digest('hex');
  const known = journal.auditKeys();
  if (!known.some((key) => key.keyId === keyId)) {
    journal.addAuditKey(keyId, spki, now());
    // Another key than before is something that an auditor should hear of.
    if (known.length > 0) journal.note(`audit key replaced by ${keyId}`, now());
    log.info({ keyId }, 'audit key taken into use');
  }
  return { keyId, privateKey };
}

function readKey(file: string): KeyObject {
  try {
    const key = createPrivateKey(readFileSync(file, 'utf8'));
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('it is no Ed25519 key');
    return key;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown reason';
    throw new HubgateError(
      'ca.file',
      `The audit key ${file} cannot be used: ${why}. Restore it from a backup.`,
      {
        params: { file },
        cause,
      },
    );
  }
}

function makeKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeDurably(file, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 0o600);
  return privateKey;
}
