import { setTimeout as pause } from 'node:timers/promises';

import type { SignerClient } from '../signer-client/client';

/** Less than a second must lie between a revocation and its answer; the journal answers by a key. */
const EVERY_MS = 250;

/**
 * Follows the journal's feed of revocations and releases until it is stopped.
 *
 * @param input.begin   a feed is followed from here on: anything heard of the signer before is void. Again
 *                      when another journal, or an old copy, was put in its place
 * @param input.changed what OCSP says of these serials is another now
 * @param input.failed  the signer did not answer; it is asked again
 */
export function followChanges(input: {
  signer: Pick<SignerClient, 'revocationChanges'>;
  begin: () => void;
  changed: (serials: readonly string[]) => void;
  failed: (error: unknown) => void;
}): { stop: () => void } {
  const { signer, begin, changed, failed } = input;
  const stopping = new AbortController();
  let heard: { journalId: string; seq: number } | null = null;

  async function round(): Promise<void> {
    if (heard === null) {
      const { journalId, lastSeq } = await signer.revocationChanges(0, 1);
      heard = { journalId, seq: lastSeq };
      begin();
      return;
    }
    const page = await signer.revocationChanges(heard.seq);
    if (page.journalId !== heard.journalId || page.lastSeq < heard.seq) {
      heard = null;
      return round();
    }
    const last = page.changes.at(-1);
    if (last === undefined) return;
    heard.seq = last.seq;
    changed(page.changes.map(({ serial }) => serial));
    if (page.more) return round();
  }

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      await round().catch(failed);
      await pause(EVERY_MS, undefined, { ref: false, signal: stopping.signal }).catch(() => undefined);
    }
  }
  void follow();
  return { stop: () => stopping.abort() };
}
