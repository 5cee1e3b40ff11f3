import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { SignerClient } from '../signer-client/client';
import { OCSP_MAX_CERT_IDS, type OcspAnswer } from '../wire/ocsp';
import type { ReadyAnswer } from './answer-cache';

/** `unauthorized`, `busy`: the signer's word. `down`: it did not answer. */
export type Fetched = ReadyAnswer | 'unauthorized' | 'busy' | 'down';

/** A question as the cache knows it, and the serial that it is about. */
export type Question = { certId: string; serial: string };

/** Asks the signer for answers, many questions in one call. */
export type SignerAnswers = {
  /** Questions of one moment share a call; the same CertID is asked once. */
  fetch: (question: Question) => Promise<Fetched>;
  /**
   * A page of answers about valid certificates. Throws what the signer refuses with.
   *
   * @returns the next page's `before`; null at the end
   */
  live: (
    before: number | null,
  ) => Promise<{ answers: { certId: string; answer: ReadyAnswer }[]; before: number | null }>;
  /** What is said of this serial has changed: answers under way may be from before, and are not taken. */
  overtaken: (serial: string) => void;
  /** The same of every serial. */
  allOvertaken: () => void;
};

/** Calls at a time; a connection carries 64, and others use it too. */
const CALLS_AT_ONCE = 4;
/** Questions that wait; beyond them `busy`, so that a flood holds neither memory nor people up. */
const WAITING_MOST = 2000;

type UnderWay = { serial: string; stale: boolean; fetching: Promise<Fetched> };
type Waiting = { certId: string; tell: (fetched: Fetched) => void };

/** @param input.failed hears why a call got no answer */
export function signerAnswers(input: {
  signer: Pick<SignerClient, 'ocsp' | 'ocspLive'>;
  failed: (error: unknown) => void;
}): SignerAnswers {
  const { signer, failed } = input;
  const underWay = new Map<string, UnderWay>();
  const pages = new Set<{ stale: Set<string>; allStale: boolean }>();
  const queue: Waiting[] = [];
  let calls = 0;

  async function work(): Promise<void> {
    calls += 1;
    await nextTurn(); // what else comes in this turn goes along
    while (queue.length > 0) {
      const batch = queue.splice(0, OCSP_MAX_CERT_IDS);
      const answers = await ask(batch.map(({ certId }) => certId));
      batch.forEach(({ tell }, at) => tell(answers[at] ?? 'down'));
    }
    calls -= 1;
  }

  async function ask(certIds: readonly string[]): Promise<Fetched[]> {
    try {
      const answers = await signer.ocsp(certIds.map(toBase64));
      return answers.map((answer) => (answer.outcome === 'response' ? readyAnswer(answer) : answer.outcome));
    } catch (error) {
      failed(error);
      return certIds.map(() => 'down');
    }
  }

  function once(certId: string): Promise<Fetched> {
    if (queue.length >= WAITING_MOST) return Promise.resolve('busy');
    return new Promise((tell) => {
      queue.push({ certId, tell });
      if (calls < CALLS_AT_ONCE) void work();
    });
  }

  async function untilCurrent({ certId }: Question): Promise<Fetched> {
    for (;;) {
      const fetched = await once(certId);
      const state = underWay.get(certId);
      if (!state?.stale || typeof fetched === 'string') return fetched;
      state.stale = false; // signed before the change was known here; asked again, the journal has it
    }
  }

  return {
    fetch(question) {
      const { certId, serial } = question;
      const before = underWay.get(certId);
      if (before) return before.fetching;
      const fetching = untilCurrent(question).finally(() => underWay.delete(certId));
      underWay.set(certId, { serial, stale: false, fetching });
      return fetching;
    },
    async live(before) {
      const page = { stale: new Set<string>(), allStale: false };
      pages.add(page);
      try {
        const found = await signer.ocspLive(before, OCSP_MAX_CERT_IDS);
        const answers = found.answers
          .filter(({ answer }) => !page.allStale && !page.stale.has(answer.serial))
          .map(({ certId, answer }) => ({ certId: fromBase64(certId), answer: readyAnswer(answer) }));
        return { answers, before: found.before };
      } finally {
        pages.delete(page);
      }
    },
    overtaken(serial) {
      for (const one of underWay.values()) if (one.serial === serial) one.stale = true;
      for (const page of pages) page.stale.add(serial);
    },
    allOvertaken() {
      for (const one of underWay.values()) one.stale = true;
      for (const page of pages) page.allStale = true;
    },
  };
}

function readyAnswer(answer: Extract<OcspAnswer, { outcome: 'response' }>): ReadyAnswer {
  const { response, serial, thisUpdate, nextUpdate, known } = answer;
  const der = Buffer.from(response, 'base64');
  const [from, until] = [new Date(thisUpdate), new Date(nextUpdate)];
  return {
    der,
    serial,
    known,
    thisUpdate: from.getTime(),
    nextUpdate: until.getTime(),
    etag: `"${createHash('sha256').update(der).digest('hex')}"`,
    lastModified: from.toUTCString(),
    expires: until.toUTCString(),
  };
}

const toBase64 = (certId: string): string => Buffer.from(certId, 'latin1').toString('base64');
const fromBase64 = (certId: string): string => Buffer.from(certId, 'base64').toString('latin1');
