import { setImmediate as nextTurn } from 'node:timers/promises';

import type { OcspAnswer, OcspFreshResult, OcspLiveResult } from '../wire/ocsp';
import { tokenBucket } from '../wire/token-bucket';
import { parseCertificate } from '../x509/certificate';
import { readDer } from '../x509/der';
import { publicKeyBits } from '../x509/key-id';
import {
  encodeCertId,
  issuerHashes,
  readCertId,
  type IssuerHashes,
  type OcspCertId,
} from '../x509/ocsp-cert-id';
import { lintOcspTbs } from '../x509/ocsp-lint';
import type { OcspPlan, OcspSingle, OcspStatus } from '../x509/ocsp-plan';
import { certificatesField, wrapOcspResponse } from '../x509/ocsp-response';
import { buildOcspTbs } from '../x509/ocsp-tbs';
import { clockError } from './ceilings';
import type { Journal } from './journal';
import type { Log } from './log';
import type { ResponderIdentity } from './responder-identity';
import type { ResponderKeeper } from './responder-keeper';
import { wholeSeconds } from './make-crl';
import { signLinted } from './sign-linted';

const HOUR_MS = 3_600_000;
/**
 * How long an answer holds. A day lets clients and caches live through a night without the signer; the
 * responder takes a revoked one back at once, and tells caches to ask again every hour.
 */
const KNOWN_MS = 24 * HOUR_MS;
/** What was never issued may be imported tomorrow. */
const UNKNOWN_MS = HOUR_MS;
/** Strangers can ask about serials without end; each answer about one costs a signature. */
const UNKNOWN_LIMIT = { perSecond: 20, burst: 200 };
/** Answers for one client: several responders may ask, each with a limit of its own below this. */
const FRESH_LIMIT = { perSecond: 100, burst: 300 };
/** After so many in a row other calls get their turn. */
const IN_A_ROW = 8;

/** Answers from the journal, signed by the responder of each CA; works while the CA's key is locked. */
export type OcspAnswers = {
  /** One answer for each CertID (DER, base64). */
  answer: (certIds: readonly string[]) => Promise<OcspAnswer[]>;
  fresh: (input: { certIds: readonly string[]; nonce: string | null }) => Promise<OcspFreshResult>;
  live: (input: { before: number | null; limit: number }) => Promise<OcspLiveResult>;
};

/** A CA as CertIDs name it, and who may answer for it now. */
type Speaker = { caKeyId: string; hashes: IssuerHashes; identity: ResponderIdentity | null };
type Question = { asked: OcspCertId; caKeyId: string; identity: ResponderIdentity };
/** What one call works with. */
type Moment = { at: Date; speakers: readonly Speaker[] };

/** @throws {HubgateError} `signer.clock` from every method when the clock is behind the journal */
export function openOcspAnswers(input: {
  journal: Journal;
  keeper: ResponderKeeper;
  now: () => Date;
  log: Log;
}): OcspAnswers {
  const { journal, keeper, now, log } = input;
  const monotonic = () => performance.now();
  const unknowns = tokenBucket({ ...UNKNOWN_LIMIT, now: monotonic });
  const freshOnes = tokenBucket({ ...FRESH_LIMIT, now: monotonic });
  const issuers = issuersOf(journal);

  function moment(): Moment {
    const present = now();
    if (present.getTime() < journal.lastAt()) throw clockError(present, journal.lastAt());
    const at = wholeSeconds(present);
    const speakers = issuers().map((one) => ({ ...one, identity: keeper.identityOf(one.caKeyId, at) }));
    return { at, speakers };
  }

  function single({ asked, caKeyId, identity }: Question, at: Date): OcspSingle {
    const state = journal.serialState(asked.serial);
    const status: OcspStatus =
      state?.caKeyId !== caKeyId
        ? { kind: 'unknown' }
        : state.revocation === null
          ? { kind: 'good' }
          : {
              kind: 'revoked',
              at: earlier(wholeSeconds(state.revocation.revokedAt), at),
              reason: state.revocation.reason,
            };
    const life = status.kind === 'unknown' ? UNKNOWN_MS : KNOWN_MS;
    // The responder's own certificate must outlive what it signs.
    const nextUpdate = earlier(new Date(at.getTime() + life), identity.certificate.notAfter);
    return { certId: asked.der, status, thisUpdate: at, nextUpdate };
  }

  async function answerOne(asked: Question | null, at: Date): Promise<OcspAnswer> {
    if (asked === null) return { outcome: 'unauthorized' };
    const one = single(asked, at);
    const known = one.status.kind !== 'unknown';
    if (!known && !unknowns.take()) return { outcome: 'busy' };
    const { serial } = asked.asked;
    let der: Uint8Array;
    try {
      der = await signResponse(asked.identity, [one], at, null);
    } catch (error) {
      // What is wrong with one answer must not keep the others of the call back.
      log.error({ serial, err: error }, 'an OCSP answer could not be made');
      return { outcome: 'busy' };
    }
    return {
      outcome: 'response',
      response: base64(der),
      serial,
      thisUpdate: one.thisUpdate.toISOString(),
      nextUpdate: one.nextUpdate.toISOString(),
      known,
    };
  }

  async function answer(certIds: readonly string[]): Promise<OcspAnswer[]> {
    const { at, speakers } = moment();
    const questions = certIds.map((certId) => question(certId, speakers));
    const answers: Promise<OcspAnswer>[] = [];
    for (const asked of questions) {
      answers.push(answerOne(asked, at));
      if (answers.length % IN_A_ROW === 0) await nextTurn();
    }
    return Promise.all(answers);
  }

  return {
    answer,
    async fresh({ certIds, nonce }) {
      const { at, speakers } = moment();
      const questions = certIds.map((certId) => question(certId, speakers));
      const identity = questions[0]?.identity;
      // One response has one signer, who may speak for one CA.
      const answerable = questions.flatMap((one) => (one?.identity === identity && one ? [one] : []));
      if (!identity || answerable.length !== questions.length) return { outcome: 'unauthorized' };
      if (!freshOnes.take()) return { outcome: 'busy' };
      const octets = nonce === null ? null : Buffer.from(nonce, 'base64');
      const singles = answerable.map((one) => single(one, at));
      return { outcome: 'response', response: base64(await signResponse(identity, singles, at, octets)) };
    },
    async live({ before, limit }) {
      const page = journal.liveSerials({ before, limit, now: now() });
      const known = issuers();
      const certIds = page.live.flatMap(({ serial, caKeyId }) => {
        const issuer = known.find((one) => one.caKeyId === caKeyId);
        // SHA-1: what clients write; few ask with SHA-256.
        return issuer ? [base64(encodeCertId(issuer.hashes, 'sha1', serial))] : [];
      });
      const made = certIds.length === 0 ? [] : await answer(certIds);
      const answers = made.flatMap((one, at) => {
        const certId = certIds[at];
        return one.outcome === 'response' && certId !== undefined ? [{ certId, answer: one }] : [];
      });
      return { answers, before: page.before };
    },
  };
}

async function signResponse(
  { key, keyId, certificate }: ResponderIdentity,
  answers: readonly OcspSingle[],
  producedAt: Date,
  nonce: Uint8Array | null,
): Promise<Uint8Array> {
  const plan: OcspPlan = {
    responderKeyId: keyId,
    producedAt,
    answers,
    nonce,
    signatureAlgorithm: key.algorithm,
  };
  const linted = lintOcspTbs(buildOcspTbs(plan), plan);
  return wrapOcspResponse(await signLinted(linted, key, certificatesField(certificate.der)));
}

function question(certId: string, speakers: readonly Speaker[]): Question | null {
  const asked = readCertId(readDer(Buffer.from(certId, 'base64')));
  const { hash } = asked;
  if (hash === null) return null;
  const speaker = speakers.find(
    ({ hashes }) => hashes[hash].name === asked.issuerNameHash && hashes[hash].key === asked.issuerKeyHash,
  );
  if (!speaker?.identity) return null;
  return { asked, caKeyId: speaker.caKeyId, identity: speaker.identity };
}

/** The CAs of the journal; digested again only when there is another one. */
function issuersOf(journal: Journal): () => readonly Omit<Speaker, 'identity'>[] {
  const seen = new Map<string, Omit<Speaker, 'identity'>>();
  return () =>
    journal.cas().map(({ keyId, der }) => {
      const before = seen.get(keyId);
      if (before) return before;
      const { subjectDer, spki } = parseCertificate(der);
      const hashes = issuerHashes({ subjectDer, keyBits: publicKeyBits(spki) });
      const issuer = { caKeyId: keyId, hashes };
      seen.set(keyId, issuer);
      return issuer;
    });
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
