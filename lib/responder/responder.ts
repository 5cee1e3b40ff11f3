import { setTimeout as pause } from 'node:timers/promises';

import type { SignerClient } from '../signer-client/client';
import { tokenBucket } from '../wire/token-bucket';
import type { OcspCertId } from '../x509/ocsp-cert-id';
import { type OcspRequest, parseOcspRequest } from '../x509/ocsp-request';
import { type OcspError, ocspError } from '../x509/ocsp-response';
import { answerCache, type ReadyAnswer } from './answer-cache';
import { followChanges } from './follow-changes';
import { type Fetched, signerAnswers, type Question } from './signer-answers';

/** What a request is answered with: a response for everybody, or bytes for this client alone. */
export type OcspReply =
  | { readonly kind: 'ready'; readonly answer: ReadyAnswer }
  | { readonly kind: 'once'; readonly der: Uint8Array };

export type ResponderLog = {
  info: (fields: Record<string, unknown>, message: string) => void;
  warn: (fields: Record<string, unknown>, message: string) => void;
};

/** The HTTP side of OCSP without HTTP: requests in, responses out. */
export type Responder = {
  /** Never throws. At once when the answer is there. */
  answer: (request: Uint8Array) => OcspReply | Promise<OcspReply>;
  stop: () => void;
};

/** Some 2 KiB each. Whoever has more certificates in use gets theirs made when they ask. */
const KNOWN_MOST = 25_000;
const UNKNOWN_MOST = 2_000;
/** A request about one certificate, as RFC 5019 clients send it; longer ones are read each time. */
const PLAIN_REQUEST_OCTETS = 160;
/** Responses for one client, per process; beyond it everybody's answer. The signer has a limit above this. */
const FRESH_LIMIT = { perSecond: 50, burst: 150 };
/** Of them at a time: the connection carries 64 calls, and answers for everybody go first. */
const FRESH_AT_ONCE = 16;
/** Nobody waits longer than this for the signer. */
const PATIENCE_MS = 5_000;
/** How often answers past half of their life are looked for. */
const REFRESH_EVERY_MS = 30_000;
const REFRESH_BATCH = 100;
/** Between two batches that nobody waits for: signing has its turn. */
const PACE_MS = 250;
/** A signer that is down is said once in this time. */
const SAY_EVERY_MS = 60_000;

const MALFORMED = once('malformedRequest');
const UNAUTHORIZED = once('unauthorized');
const TRY_LATER = once('tryLater');

/**
 * Keeps answers that the signer made and hands them out. A revocation reaches it within a second; when
 * the signer is down, what still holds goes on being answered, and the rest is `tryLater`.
 *
 * @param input.signer a connection to the signer, which is the caller's to close
 */
export function openResponder(input: {
  signer: Pick<SignerClient, 'ocsp' | 'ocspFresh' | 'ocspLive' | 'revocationChanges'>;
  now: () => number;
  log: ResponderLog;
}): Responder {
  const { signer, now, log } = input;
  const cache = answerCache({ known: KNOWN_MOST, unknown: UNKNOWN_MOST });
  /** CertIDs by the request that asked about them alone: clients repeat theirs, octet by octet. */
  const plainRequests = new Map<string, string>();
  const freshOnes = tokenBucket({ ...FRESH_LIMIT, now: () => performance.now() });
  let freshUnderWay = 0;
  let saidAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let warming = 0;

  function failed(error: unknown): void {
    if (performance.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = performance.now();
    log.warn({ err: error }, 'the signer does not answer; what still holds is served');
  }
  const answers = signerAnswers({ signer, failed });

  async function fetch(question: Question): Promise<Fetched> {
    const fetched = await answers.fetch(question);
    if (typeof fetched !== 'string') cache.put(question.certId, fetched);
    // Nobody may answer for this CA any more: what was said in its name goes too.
    else if (fetched === 'unauthorized') cache.drop(question.serial);
    return fetched;
  }

  const feed = followChanges({
    signer,
    failed,
    begin() {
      answers.allOvertaken();
      cache.clear();
      void warm();
    },
    changed(serials) {
      for (const serial of serials) {
        answers.overtaken(serial);
        for (const certId of cache.drop(serial)) void fetch({ certId, serial });
      }
    },
  });

  /** Answers about all that is valid, as far as there is room: an outage must not hit who asks first. */
  async function warm(): Promise<void> {
    const mine = ++warming;
    try {
      let before: number | null = null;
      do {
        const page = await answers.live(before);
        // What was asked for meanwhile stays: caches were told of it.
        for (const { certId, answer } of page.answers) {
          if (cache.get(certId, now()) === null) cache.put(certId, answer);
        }
        before = page.before;
        await pause(PACE_MS, undefined, { ref: false });
      } while (before !== null && cache.size < KNOWN_MOST * 0.8 && !stopped && mine === warming);
      log.info({ answers: cache.size }, 'OCSP answers ready');
    } catch (error) {
      failed(error);
    }
  }

  async function refresh(): Promise<void> {
    for (;;) {
      const ageing = cache.ageing(now(), REFRESH_BATCH);
      const fetched = await Promise.all(ageing.map(fetch));
      if (stopped || ageing.length < REFRESH_BATCH || fetched.includes('down')) return;
      await pause(PACE_MS, undefined, { ref: false });
    }
  }
  let refreshing = false;
  const timer = setInterval(() => {
    if (refreshing) return;
    refreshing = true;
    void refresh().finally(() => (refreshing = false));
  }, REFRESH_EVERY_MS);
  timer.unref();

  function repeated(request: string): OcspReply | null {
    const certId = plainRequests.get(request);
    const ready = certId === undefined ? null : cache.get(certId, now());
    return ready === null ? null : { kind: 'ready', answer: ready };
  }

  function remember(request: string, certId: string): void {
    if (plainRequests.size >= KNOWN_MOST) plainRequests.clear();
    plainRequests.set(request, certId);
  }

  function forEverybody(asked: OcspCertId, request: string | null): OcspReply | Promise<OcspReply> {
    const certId = latin1(asked.der);
    const ready = cache.get(certId, now());
    if (ready) {
      if (request !== null) remember(request, certId);
      return { kind: 'ready', answer: ready };
    }
    if (asked.hash === null) return UNAUTHORIZED;
    return replyInTime(fetch({ certId, serial: asked.serial }));
  }

  async function forOne({ certIds, nonce }: OcspRequest): Promise<OcspReply | null> {
    if (freshUnderWay >= FRESH_AT_ONCE || !freshOnes.take()) return null;
    freshUnderWay += 1;
    try {
      const made = await inTime(
        signer.ocspFresh({
          certIds: certIds.map(({ der }) => toBase64(der)),
          nonce: nonce === null ? null : toBase64(nonce),
        }),
      );
      if (made?.outcome === 'response') return { kind: 'once', der: Buffer.from(made.response, 'base64') };
      return made?.outcome === 'unauthorized' ? UNAUTHORIZED : null;
    } catch (error) {
      failed(error);
      return null;
    } finally {
      freshUnderWay -= 1;
    }
  }

  return {
    answer(bytes) {
      const text = bytes.length > PLAIN_REQUEST_OCTETS ? null : latin1(bytes);
      const ready = text === null ? null : repeated(text);
      if (ready !== null) return ready;
      let request: OcspRequest;
      try {
        request = parseOcspRequest(bytes);
      } catch {
        return MALFORMED;
      }
      const [first, ...others] = request.certIds;
      if (first === undefined) return MALFORMED;
      if (request.nonce === null && others.length === 0) return forEverybody(first, text);
      return forOne(request).then(async (reply) => {
        if (reply !== null) return reply;
        // RFC 9654 section 2.1 lets a responder leave the nonce out.
        return others.length > 0 ? TRY_LATER : onlyHere(await forEverybody(first, null));
      });
    },
    stop() {
      stopped = true;
      clearInterval(timer);
      feed.stop();
    },
  };
}

async function replyInTime(fetching: Promise<Fetched>): Promise<OcspReply> {
  const fetched = await inTime(fetching);
  if (fetched === 'unauthorized') return UNAUTHORIZED;
  if (fetched === null || typeof fetched === 'string') return TRY_LATER;
  return { kind: 'ready', answer: fetched };
}

/** Null when it takes too long. */
async function inTime<T>(promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, patience]);
  } finally {
    clearTimeout(timer);
  }
}

/** The answer to a request with a nonce is nobody else's, even without it. */
const onlyHere = (reply: OcspReply): OcspReply =>
  reply.kind === 'ready' ? { kind: 'once', der: reply.answer.der } : reply;

function once(error: OcspError): OcspReply {
  return { kind: 'once', der: ocspError(error) };
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
