/** A response that the signer made, with what HTTP caches are told about it (RFC 5019 section 6.2). */
export type ReadyAnswer = {
  /** OCSPResponse, DER. */
  readonly der: Uint8Array;
  readonly serial: string;
  /** False: the serial was never issued. */
  readonly known: boolean;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** As they stand in headers. */
  readonly etag: string;
  readonly lastModified: string;
  readonly expires: string;
};

/** Answers by CertID; bounded, the longest unasked goes first. */
export type AnswerCache = {
  /** Null when there is none that still holds. */
  get: (certId: string, now: number) => ReadyAnswer | null;
  put: (certId: string, answer: ReadyAnswer) => void;
  /** Forgets what was said of a serial, under every form of its CertID; tells which forms those were. */
  drop: (serial: string) => string[];
  clear: () => void;
  /** CertIDs of known certificates whose answer is past half of its life, at most `limit`. */
  ageing: (now: number, limit: number) => { certId: string; serial: string }[];
  /** Answers about known certificates. */
  readonly size: number;
};

/**
 * @param input.known   certificates' answers kept; some 2 KiB each
 * @param input.unknown answers about serials that were never issued, kept apart: strangers can ask for
 *                      any number of those and must not crowd out the others
 */
export function answerCache(input: { known: number; unknown: number }): AnswerCache {
  const known = new Map<string, ReadyAnswer>();
  const unknown = new Map<string, ReadyAnswer>();
  const bySerial = new Map<string, Set<string>>();

  function remove(store: Map<string, ReadyAnswer>, certId: string): void {
    const answer = store.get(certId);
    if (!answer) return;
    store.delete(certId);
    const forms = bySerial.get(answer.serial);
    forms?.delete(certId);
    if (forms?.size === 0) bySerial.delete(answer.serial);
  }

  return {
    get(certId, now) {
      const store = known.has(certId) ? known : unknown;
      const answer = store.get(certId);
      if (!answer) return null;
      if (answer.nextUpdate <= now) {
        remove(store, certId);
        return null;
      }
      // A Map keeps the order of insertion: the last asked goes to the end.
      store.delete(certId);
      store.set(certId, answer);
      return answer;
    },
    put(certId, answer) {
      for (const store of [known, unknown]) remove(store, certId);
      const [store, most] = answer.known ? [known, input.known] : [unknown, input.unknown];
      store.set(certId, answer);
      const forms = bySerial.get(answer.serial) ?? new Set();
      bySerial.set(answer.serial, forms.add(certId));
      if (store.size <= most) return;
      const [oldest] = store.keys();
      if (oldest !== undefined) remove(store, oldest);
    },
    drop(serial) {
      const forms = [...(bySerial.get(serial) ?? [])];
      for (const certId of forms) for (const store of [known, unknown]) remove(store, certId);
      return forms;
    },
    clear() {
      for (const map of [known, unknown, bySerial]) map.clear();
    },
    ageing(now, limit) {
      const found: { certId: string; serial: string }[] = [];
      for (const [certId, { serial, thisUpdate, nextUpdate }] of known) {
        if (found.length >= limit) break;
        if (now - thisUpdate > (nextUpdate - thisUpdate) / 2) found.push({ certId, serial });
      }
      return found;
    },
    get size() {
      return known.size;
    },
  };
}
