import { createHash, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { HubgateError } from '../../errors';
import type { CertificateInfo } from '../../x509/certificate';
import type { NameConstraints, PlannedNames } from '../../x509/certificate-plan';
import type { CrlEntry } from '../../x509/crl-plan';
import { readSpki } from '../../x509/key-info';
import { signatureAlgorithmFor } from '../../x509/signature-algorithm';
import { caKeyId } from '../../x509/key-id';
import { caFiles, signerFiles, writeDurably, type Ca } from '../ca-files';
import { caKey, makeCaKey, type CaKey, type CaKeyKind } from '../ca-keys';
import { crlIssuerOf, issueCrl } from '../crl-keeper';
import { issueFirstServer, writeServerFiles } from '../first-server-certificate';
import { openFreshJournal } from '../fresh-journal';
import { openJournal, type Journal } from '../journal';
import { checkBegun } from '../journal-integrity';
import { encryptKey } from '../key-file';
import { refuseExisting } from '../make-ca';
import { certifySigningCa } from '../make-signing-ca';
import type { SignerPolicy } from '../policy';
import { writePublicCopies } from '../public-copies';
import { makeRootCrl } from '../root-crl';
import { importRecords, type ImportRecords } from './import-records';
import type { ImportPlan } from './plan-import';

export type ImportStep = 'journal' | 'certificates' | 'encrypting' | 'writing';

/** What the centre's configuration adds to what the old folder says. */
export type ImportWishes = {
  policy: SignerPolicy;
  serverNames: PlannedNames;
  /** Of the signing CA that is made when the old one signed people with its root. */
  newSigning: {
    commonName: string;
    key: CaKeyKind;
    years: number;
    nameConstraints: NameConstraints | null;
    rootPointers: { crlUrl: string; caIssuersUrl: string };
  };
};

export type ImportedCa = {
  root: CertificateInfo;
  signing: CertificateInfo;
  server: CertificateInfo;
  counts: ImportRecords['counts'];
  crlNumber: number;
  /** False when there was neither its key nor a list: one must be made before the gate asks for it. */
  rootCrl: boolean;
  rootKey: boolean;
  /** Serials that stand in the journal for something else. */
  conflicts: readonly string[];
};

/** Entries of one transaction. */
const BATCH = 500;

/**
 * Takes an old CA over into an empty signer's folder: journal first, then the files, signing-ca.pem
 * last. One that was interrupted has not happened and may be held again over its remains. The old
 * folder is only read.
 *
 * @param input.keys        the old keys, open; `root` is null when it stays elsewhere
 * @param input.passphrases of the keys as they will lie here
 * @throws {HubgateError} `ca.exists`, `ca.import` when a key is another one than its certificate
 *   names, `start.already-running` while a signer holds the journal
 */
export async function importCa(input: {
  plan: ImportPlan;
  dir: string;
  caDir: string;
  serverDir: string;
  wishes: ImportWishes;
  keys: { issuer: KeyObject; root: KeyObject | null };
  passphrases: { root: string | null; signing: string };
  by: string;
  now: Date;
  progress: (step: ImportStep) => void;
}): Promise<ImportedCa> {
  const { plan, wishes, passphrases, now, progress } = input;
  const files = signerFiles(input.dir);
  refuseExisting(input.dir);
  const issuerKey = ownKey(input.keys.issuer, plan.issuer.certificate);
  const single = plan.shape === 'single';
  const rootKey = single ? issuerKey : input.keys.root && ownKey(input.keys.root, plan.root);
  if (rootKey !== null && passphrases.root === null)
    throw new RangeError("the root's key needs a passphrase");
  for (const dir of [input.dir, input.caDir, input.serverDir]) {
    mkdirSync(dir, { recursive: true, mode: dir === input.caDir ? 0o755 : 0o700 });
  }
  const journal = openFreshJournal(files, now);
  try {
    progress('journal');
    const issuerId = caKeyId(plan.issuer.certificate);
    const state = single ? 'retired' : 'active';
    journal.recordCa({ keyId: issuerId, der: plan.issuer.certificate.der, state }, now);
    const records = importRecords(plan, now);
    const conflicts = record(journal, issuerId, records, plan.issuer.crlNumber, input.by, now);

    progress('certificates');
    const signing = single ? await newSigningCa(plan.root, issuerKey, wishes, now) : null;
    const signingKey = signing?.key ?? issuerKey;
    const ca = caOf(plan.root, signing?.certificate ?? plan.issuer.certificate, wishes.policy);
    if (signing) journal.recordCa({ keyId: ca.keyId, der: ca.signing.der, state: 'active' }, now);
    const { serverNames } = wishes;
    const server = await issueFirstServer({ ca, signingKey, serverNames, journal, now });
    const list = (one: Ca, { privateKey }: CaKey) =>
      issueCrl({
        issuer: crlIssuerOf(one, privateKey),
        privateKey,
        rules: wishes.policy.crl,
        journal,
        at: now,
      });
    const { number: crlNumber } = await list(ca, signingKey);
    const rootCrl = single
      ? (await list(caOf(plan.root, plan.root, wishes.policy), issuerKey)).der
      : await rootCrlOf(plan, rootKey, now);

    progress('encrypting');
    const signingPem = await encryptKey(signingKey.privateKey, passphrases.signing);
    const rootPem = rootKey && (await encryptKey(rootKey.privateKey, passphrases.root ?? ''));

    progress('writing');
    journal.note(`taken over from ${plan.issuer.files.index ?? ''}`, now);
    if (rootPem !== null) writeDurably(files.rootKey, rootPem, 0o600);
    writeDurably(files.signingKey, signingPem, 0o600);
    writeDurably(files.policy, `${JSON.stringify(wishes.policy, null, 2)}\n`, 0o600);
    if (rootCrl !== null) writeDurably(files.rootCrl, rootCrl, 0o644);
    if (single) {
      // Says that the root has certificates of its own out, and that its key must stay.
      mkdirSync(files.cas, { recursive: true, mode: 0o700 });
      writeDurably(caFiles(files, issuerId).certificate, plan.root.pem, 0o644);
    }
    writeServerFiles(input.serverDir, server, ca);
    writeDurably(join(input.caDir, IMPORTED), importedFrom(plan, now), 0o644);
    const former = single ? [plan.root] : [];
    writePublicCopies(input.caDir, { root: ca.root, signing: ca.signing, former, rootCrl }, now);
    writeDurably(files.rootCa, ca.root.pem, 0o644);
    writeDurably(files.signingCa, ca.signing.pem, 0o644);
    return {
      root: ca.root,
      signing: ca.signing,
      server: server.certificate,
      counts: records.counts,
      crlNumber,
      rootCrl: rootCrl !== null,
      rootKey: rootKey !== null,
      conflicts,
    };
  } finally {
    journal.close();
  }
}

/**
 * Takes over what the old folder issued and revoked since it was imported; what is known already
 * stays as it is. While no signer runs.
 *
 * @returns how much was new
 * @throws {HubgateError} `ca.import` when this is not the CA that was imported here,
 *   `start.already-running`
 */
export function importLate(input: { plan: ImportPlan; dir: string; caDir: string; by: string; now: Date }): {
  certificates: number;
  revocations: number;
  conflicts: readonly string[];
} {
  const { plan, dir, caDir, by, now } = input;
  const { journal: file } = signerFiles(dir);
  checkBegun(file);
  const journal = openJournal(file);
  try {
    const { certificate, crlNumber } = plan.issuer;
    if (!journal.cas().some(({ keyId }) => keyId === caKeyId(certificate))) {
      throw new HubgateError(
        'ca.import',
        `${certificate.subject} is not a CA that was taken over here: there is nothing to add to.`,
      );
    }
    const before = journal.counts();
    const conflicts = record(journal, caKeyId(certificate), importRecords(plan, now), crlNumber, by, now);
    const after = journal.counts();
    writeDurably(join(caDir, IMPORTED), importedFrom(plan, now), 0o644);
    return {
      certificates: after.issued - before.issued,
      revocations: after.revoked - before.revoked,
      conflicts,
    };
  } finally {
    journal.close();
  }
}

/** Beside the public copies: where this CA came from, so that one sees whether somebody still signs there. */
export const IMPORTED = 'imported.json';

function importedFrom({ issuer, rootCa }: ImportPlan, now: Date): string {
  const both = [issuer, ...(rootCa !== null && rootCa !== issuer ? [rootCa] : [])];
  const indexes = both.flatMap(({ files: { index }, entries }) =>
    index === null ? [] : [{ file: index, entries: entries.length, sha256: sha256(readFileSync(index)) }],
  );
  return `${JSON.stringify({ at: now.toISOString(), indexes }, null, 2)}\n`;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function ownKey(privateKey: KeyObject, certificate: CertificateInfo): CaKey {
  const key = caKey(privateKey);
  if (Buffer.from(key.spki).equals(certificate.spki)) return key;
  throw new HubgateError('ca.import', `The key that was opened is not that of ${certificate.subject}.`);
}

function caOf(root: CertificateInfo, signing: CertificateInfo, policy: SignerPolicy): Ca {
  const algorithm = signatureAlgorithmFor(readSpki(signing.spki));
  return { root, signing, keyId: caKeyId(signing), algorithm, policy, otherKeys: [] };
}

function record(
  journal: Journal,
  caKeyId: string,
  { certificates, revocations, blockedKeys }: ImportRecords,
  crlNumber: number,
  by: string,
  now: Date,
): string[] {
  const conflicts: string[] = [];
  // An empty CA, too, has numbered its lists.
  const batches = Math.max(1, Math.ceil(certificates.length / BATCH));
  for (let at = 0; at < batches; at++) {
    const some = certificates.slice(at * BATCH, (at + 1) * BATCH);
    const serials = new Set(some.map(({ serial }) => serial));
    const done = journal.recordImported({
      caKeyId,
      certificates: some,
      revocations: revocations.filter(({ serial }) => serials.has(serial)),
      crlNumber,
      by,
      now,
    });
    conflicts.push(...done.conflicts);
  }
  for (let at = 0; at < blockedKeys.length; at += BATCH) {
    const spkiSha256s = blockedKeys.slice(at, at + BATCH);
    journal.blockKeys({ spkiSha256s, reason: 'keyCompromise', by, now });
  }
  return conflicts;
}

async function newSigningCa(
  root: CertificateInfo,
  rootKey: CaKey,
  { newSigning, policy }: ImportWishes,
  now: Date,
): Promise<{ certificate: CertificateInfo; key: CaKey }> {
  const key = await makeCaKey(newSigning.key);
  const wishes = { ...newSigning, profile: policy.profile };
  return { key, certificate: await certifySigningCa({ wishes, key, root, rootKey, now }) };
}

/** A new list that counts on where its key is there, or the last one as it is; null when there is none. */
async function rootCrlOf(plan: ImportPlan, key: CaKey | null, now: Date): Promise<Uint8Array | null> {
  const { root, rootCa } = plan;
  if (key === null) return rootCa?.crl ?? null;
  const revoked = (rootCa?.entries ?? []).flatMap(({ serial, revocation }): CrlEntry[] =>
    revocation === null ? [] : [{ serial, revokedAt: revocation.at, reason: revocation.reason }],
  );
  return makeRootCrl({ root, key, number: (rootCa?.crlNumber ?? 0) + 1, now, revoked });
}
