import type { KeyObject } from 'node:crypto';

import { HubgateError } from '../errors';
import type { SignerStatus } from '../wire/status';
import { parseCertificate } from '../x509/certificate';
import { readCrlHead } from '../x509/crl';
import { readSpki } from '../x509/key-info';
import { signatureAlgorithmFor } from '../x509/signature-algorithm';
import { caKeyId } from '../x509/key-id';
import type { AuditSealer } from './audit-sealer';
import { caFiles, keyFileOf, readCa, readRootCrl, type Ca, type SignerFiles } from './ca-files';
import type { Approvers } from './approvers';
import { openCalls, type Calls, type SignerParts } from './calls';
import { crlIssuerOf, openCrlKeeper, type CrlKeeper } from './crl-keeper';
import { openCustody, type Custody } from './custody';
import type { Journal } from './journal';
import type { Log } from './log';
import { openOcspAnswers } from './ocsp-answers';
import type { RelintKeeper } from './relint-keeper';
import { delegatorOf, openResponderKeeper, type ResponderKeeper } from './responder-keeper';
import { rehearse } from './rehearse';
import { adoptSigningCa, forgetFirstPlace, type RollOverInput } from './roll-over';
import { openSigning } from './sign-orders';
import { signerStatus } from './signer-status';
import type { OpenThread } from './thread';
import { openTouches } from './touches';

/** The CA that signs, with the former ones that still have certificates out, and what they do. */
export type ActiveCa = {
  readonly ca: Ca | null;
  readonly custody: Custody;
  readonly crls: CrlKeeper | null;
  readonly responders: ResponderKeeper | null;
  readonly calls: Calls;
  readonly stop: () => Promise<void>;
};

type Input = {
  files: SignerFiles;
  journal: Journal;
  approvers: Approvers;
  relints: RelintKeeper;
  sealer: AuditSealer;
  openThread: OpenThread;
  now: () => Date;
  log: Log;
};

/** How long a roll-over waits for batches that are being signed. */
const DRAIN_MS = 30_000;

/**
 * Opens everything that hangs on which CA is active. A roll-over opens it anew, without a restart:
 * what callers hold (`calls`) stays the same.
 */
export function openActiveCa(input: Input): ActiveCa {
  let current = openParts(input, new Map(), rollOver);
  let batches = 0;
  let rolling = false;
  let idle = (): void => undefined;

  async function rollOver(wish: RollOverInput): Promise<SignerStatus> {
    const { ca, custody } = current.parts;
    if (ca === null) throw new HubgateError('signer.ca-missing', 'There is no CA yet: hubgate init.');
    if (custody.state.state === 'locked' && custody.state.because === 'journal-damaged') {
      throw new HubgateError(
        'signer.journal-damaged',
        'The journal is damaged: restore it before anything else.',
      );
    }
    if (rolling) throw busy();
    rolling = true;
    try {
      await settled();
      const key = await adoptSigningCa({ ...input, ca, rollOver: wish, now: input.now() });
      const open = new Map<string, KeyObject>([
        [caKeyId(parseCertificate(Buffer.from(wish.signingCa, 'base64'))), key],
      ]);
      for (const keyId of [ca.keyId, ...custody.former.map((former) => former.keyId)]) {
        const held = custody.keyOf(keyId);
        if (held) open.set(keyId, held);
      }
      await current.stop();
      current = openParts(input, open, rollOver);
      input.log.info({ from: ca.keyId, to: current.parts.ca?.keyId }, 'signing CA rolled over');
      const { crls, responders } = current.parts;
      await crls
        ?.refresh()
        .catch((error: unknown) => input.log.error({ err: error }, 'no new revocation list'));
      await responders
        ?.refresh()
        .catch((error: unknown) => input.log.error({ err: error }, 'no new OCSP responder'));
      return signerStatus(current.parts);
    } finally {
      rolling = false;
    }
  }

  /** Batches under way end under the CA that they were approved for. */
  async function settled(): Promise<void> {
    if (batches === 0) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(busy()), DRAIN_MS);
      idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    get ca() {
      return current.parts.ca;
    },
    get custody() {
      return current.parts.custody;
    },
    get crls() {
      return current.parts.crls;
    },
    get responders() {
      return current.parts.responders;
    },
    async calls(call, item, door) {
      if (call.method !== 'sign') return current.calls(call, item, door);
      if (rolling) throw busy();
      batches += 1;
      try {
        return await current.calls(call, item, door);
      } finally {
        batches -= 1;
        if (batches === 0) idle();
      }
    },
    stop: () => current.stop(),
  };
}

const busy = (): HubgateError =>
  new HubgateError('signer.busy', 'The signing CA is being rolled over. Ask again in a moment.');

function openParts(
  { files, journal, approvers, relints, sealer, openThread, now, log }: Input,
  open: ReadonlyMap<string, KeyObject>,
  rollOver: SignerParts['rollOver'],
): { parts: SignerParts; calls: Calls; stop: () => Promise<void> } {
  const ca = activeCa(files, journal, now());
  const former = ca ? formerCas(ca, journal, now()) : [];
  const ending = new AbortController();
  const custody = openCustody({
    ca,
    keyFile: ca ? keyFileOf(files, ca.keyId, ca.root) : files.signingKey,
    former: former.map(({ keyId, signing, root }) => ({
      keyId,
      keyFile: keyFileOf(files, keyId, root),
      spkiSha256: signing.spkiSha256,
    })),
    open,
    now,
    onUnlocked() {
      if (ca === null) return;
      rehearse(ca, now, ending.signal).catch((error: unknown) => log.warn({ err: error }, 'no rehearsal'));
    },
  });
  const held = { custody, journal, now, log };
  const crls =
    ca &&
    openCrlKeeper({
      issuers: () => [ca, ...former].map((one) => crlIssuerOf(one, custody.keyOf(one.keyId))),
      rules: ca.policy.crl,
      journal,
      now,
      log,
      openThread,
    });
  const responders =
    ca &&
    openResponderKeeper({
      delegators: () => [ca, ...former].map((one) => delegatorOf(one, custody.keyOf(one.keyId))),
      profile: ca.policy.profile,
      files,
      journal,
      now,
      log,
    });
  const touches = ca && openTouches({ approvers, policy: ca.policy, journal, now, log });
  const parts: SignerParts = {
    ca,
    custody,
    journal,
    approvers,
    touches,
    signing: ca && touches && openSigning({ ...held, ca, touches }),
    crls,
    relints,
    sealer,
    responders,
    ocsp: responders && openOcspAnswers({ journal, keeper: responders, now, log }),
    now,
    log,
    rootCrl: () => rootCrl(files, journal, ca),
    rollOver,
  };
  return {
    parts,
    calls: openCalls(parts),
    async stop() {
      ending.abort();
      await crls?.stop();
      await responders?.stop();
    },
  };
}

function activeCa(files: SignerFiles, journal: Journal, now: Date): Ca | null {
  const ca = readCa(files);
  if (ca === null) return null;
  journal.recordCa({ keyId: ca.keyId, der: ca.signing.der, state: 'active' }, now);
  const others = journal.cas().filter(({ keyId }) => keyId !== ca.keyId);
  // Left over by a roll-over that a crash ended.
  for (const { keyId } of others) forgetFirstPlace(files, caFiles(files, keyId).key);
  return { ...ca, otherKeys: others.map(({ der }) => parseCertificate(der).spkiSha256) };
}

/** Retired CAs with certificates that have not ended, each with the rules of the active one. */
function formerCas(ca: Ca, journal: Journal, now: Date): Ca[] {
  return journal
    .cas()
    .filter(({ lastEnd }) => lastEnd !== null && lastEnd > now)
    .map(({ keyId, der }) => {
      const signing = parseCertificate(der);
      return { ...ca, signing, keyId, algorithm: signatureAlgorithmFor(readSpki(signing.spki)) };
    });
}

/**
 * The root's list: the file that operators renew, or, of a root that signed people itself, the
 * journal's. The later one where there are both.
 */
function rootCrl(files: SignerFiles, journal: Journal, ca: Ca | null): Uint8Array | null {
  const file = readRootCrl(files);
  const keyId = ca && caKeyId(ca.root);
  const own = keyId && journal.lastCrlTimes(keyId);
  if (!own) return file;
  return file !== null && (readCrlHead(file).crlNumber ?? 0) > own.number
    ? file
    : (journal.lastCrl(keyId)?.der ?? file);
}
