import type { Ctx } from '../ctx';
import { revocableCertificates, type RevocableFilter, type RevocableRow } from '../db/revocable-certificates';
import type { RevocationReason } from '../wire/records';
import type { CertificateSelect } from './revoke-body';

/** What a selection comes to for this reason, newest first. */
export type Selected = {
  rows: RevocableRow[];
  /** Of these, certificates that nobody selected: they have the key of one that somebody did. */
  siblings: ReadonlySet<string>;
};

/**
 * The certificates that a revocation of this selection would end: those that can still be revoked, and
 * with `keyCompromise` every other one with the same key, which the signer takes along.
 */
export async function selectCertificates(
  ctx: Pick<Ctx, 'db' | 'now'>,
  input: { select: CertificateSelect; reason: RevocationReason },
): Promise<Selected> {
  const now = ctx.now();
  const held = input.reason !== 'certificateHold';
  const selected = await revocableCertificates(ctx.db, { filter: filterOf(input.select), now, held });
  if (input.reason !== 'keyCompromise') return { rows: selected, siblings: new Set() };
  const keys = [...new Set(selected.map((row) => row.spkiSha256))];
  const named = new Set(selected.map((row) => row.serial));
  const others = (await revocableCertificates(ctx.db, { filter: { spkiSha256s: keys }, now, held })).filter(
    (row) => !named.has(row.serial),
  );
  return { rows: [...selected, ...others], siblings: new Set(others.map((row) => row.serial)) };
}

function filterOf(select: CertificateSelect): RevocableFilter {
  switch (select.by) {
    case 'person':
      return select.person.includes('@') ? { email: select.person } : { commonName: select.person };
    case 'key':
      return { spkiSha256s: [select.spkiSha256] };
    case 'serials':
      return { serials: select.serials };
    case 'event':
      return { eventId: select.event };
  }
}

/** A selection in a few words, for the audit log and the terminal. */
export function selectText(select: CertificateSelect): string {
  switch (select.by) {
    case 'person':
      return `person:${select.person}`;
    case 'key':
      return `key:${select.spkiSha256}`;
    case 'serials':
      return `serials:${select.serials.length}`;
    case 'event':
      return `event:${select.event}`;
  }
}
