import type { Crls } from '../wire/records';
import type { CrlEnd, SignerStatus } from '../wire/status';
import { type CrlHeadInfo, readCrlHead } from '../x509/crl';
import { sameBytes } from '../x509/der';
import { caKeyId } from '../x509/key-id';
import type { Ca } from './ca-files';
import type { Custody } from './custody';
import type { Journal } from './journal';
import { relintSummary } from './relint-keeper';
import type { ResponderKeeper } from './responder-keeper';

type Parts = {
  ca: Ca | null;
  custody: Custody;
  journal: Journal;
  responders: ResponderKeeper | null;
  rootCrl: () => Uint8Array | null;
};

/** How the signer is, from its journal's counters and newest lists: the same work at any size. */
export function signerStatus({ ca, custody, journal, responders, rootCrl }: Parts): SignerStatus {
  const held = custody.state;
  const former = journal.cas().filter(({ state }) => state === 'retired');
  const lastEnds = new Map(former.map(({ keyId, lastEnd }) => [keyId, lastEnd]));
  const crlEnds = [
    ...(ca ? listEnd(journal, 'signing', ca.keyId) : []),
    ...rootEnd(ca, rootCrl()),
    ...former.flatMap(({ keyId }) => listEnd(journal, 'former', keyId)),
  ];
  const relint = relintSummary(journal);
  const seal = journal.lastSeal();
  const signing = crlEnds.find(({ list }) => list === 'signing');
  return {
    state: held.state,
    ...(held.state === 'locked' && { lockedBecause: held.because }),
    since: held.since.toISOString(),
    approvalMode: ca?.policy.approvalMode ?? 'session',
    approvalCount: ca?.policy.approvalCount ?? 1,
    ...(ca && { caKeyId: ca.keyId, signingCa: base64(ca.signing.der), rootCa: base64(ca.root.der) }),
    formerCas: former.map(({ der }) => base64(der)),
    formerKeys: custody.former.map(({ keyId, state }) => ({
      keyId,
      state,
      lastEnd: (lastEnds.get(keyId) ?? new Date(0)).toISOString(),
    })),
    ...journal.identity(),
    ...journal.counts(),
    ...(signing && {
      crlNumber: signing.number,
      crlThisUpdate: signing.thisUpdate,
      crlNextUpdate: signing.nextUpdate,
    }),
    crlEnds,
    ...(ca?.policy.pointers.ocspUrl !== undefined && { ocspUrl: ca.policy.pointers.ocspUrl }),
    responders: (responders?.all() ?? []).map(({ caKeyId, certificate }) => ({
      caKeyId,
      serial: certificate.serial,
      notBefore: certificate.notBefore.toISOString(),
      notAfter: certificate.notAfter.toISOString(),
    })),
    ...(relint && { relint }),
    ...(seal && { auditSeal: { number: seal.number, seq: seal.seq, hash: seal.hash, at: seal.at } }),
  };
}

/** The newest list of each CA. */
export function currentCrls({ ca, journal, rootCrl }: Omit<Parts, 'custody' | 'responders'>): Crls {
  const signing = ca && journal.lastCrl(ca.keyId);
  const root = rootCrl();
  return {
    ...(signing && { signing: base64(signing.der) }),
    ...(root && { root: base64(root) }),
    former: journal
      .cas()
      .filter(({ state }) => state === 'retired')
      .flatMap(({ keyId }) => {
        const crl = journal.lastCrl(keyId);
        return crl ? [{ keyId, der: base64(crl.der) }] : [];
      }),
  };
}

function listEnd(journal: Journal, list: CrlEnd['list'], keyId: string): CrlEnd[] {
  const crl = journal.lastCrlTimes(keyId);
  if (!crl) return [];
  const { number, thisUpdate, nextUpdate } = crl;
  return [
    { list, keyId, number, thisUpdate: thisUpdate.toISOString(), nextUpdate: nextUpdate.toISOString() },
  ];
}

/** The root's list lies in a file that people replace; it is small. */
function rootEnd(ca: Ca | null, der: Uint8Array | null): CrlEnd[] {
  if (ca === null || der === null) return [];
  const keyId = caKeyId(ca.root);
  const { crlNumber, thisUpdate, nextUpdate } = headOf(der);
  if (crlNumber === null || nextUpdate === null) return [];
  return [
    {
      list: 'root',
      keyId,
      number: crlNumber,
      thisUpdate: thisUpdate.toISOString(),
      nextUpdate: nextUpdate.toISOString(),
    },
  ];
}

let rootList: { der: Uint8Array; head: CrlHeadInfo } | null = null;

/** Of the same bytes as before it is not read again: four calls of a single signature ask for it. */
function headOf(der: Uint8Array): CrlHeadInfo {
  if (rootList === null || !sameBytes(rootList.der, der)) rootList = { der, head: readCrlHead(der) };
  return rootList.head;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
