import { z } from 'zod';

import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { readSetting, writeSetting } from '../db/settings';
import type { SignerEvent } from '../wire/audit-seal';
import { recordAudits, type AuditEntry } from './record-audit';

const SETTING = 'signer.events';
const PAGE = 500;
const Mark = z.strictObject({ journalId: z.string(), number: z.int() });

/**
 * Writes into the audit trail what operators did at the signer, as its journal has it: they unlock and
 * lock the key on its own host, where the portal does not see them.
 *
 * @returns how many were written down
 * @throws {HubgateError} `signer.down`
 */
export async function followSignerEvents(ctx: Ctx): Promise<number> {
  let written = 0;
  for (;;) {
    const stored = await readSetting(ctx.db, SETTING);
    const mark = stored === null ? null : Mark.parse(JSON.parse(stored));
    let page = await ctx.signer.events(mark?.number ?? 0, PAGE);
    // Another journal: its events were never heard.
    if (mark !== null && page.journalId !== mark.journalId) page = await ctx.signer.events(0, PAGE);
    const last = page.events.at(-1);
    if (last === undefined) return written;
    const { journalId, events, more } = page;
    const mine = await inTransaction(ctx.db, async (tx) => {
      // Another process may have written the same meanwhile.
      if ((await readSetting(tx, SETTING)) !== stored) return false;
      await recordAudits(ctx, tx, events.map(entryOf));
      await writeSetting(tx, SETTING, JSON.stringify({ journalId, number: last.number }));
      return true;
    });
    if (mine) written += events.length;
    if (!more) return written;
  }
}

const ACTIONS: readonly [what: RegExp, action: string][] = [
  [/^unlocked( at start)?$/, 'signer.unlock'],
  [/^locked$/, 'signer.lock'],
  [/^ceremony$/, 'ca.ceremony'],
  [/^rolled over /, 'ca.rollover'],
  [/^taken over /, 'ca.import'],
  [/^CRL number /, 'ca.crl-number'],
  [/^audit /, 'audit.signer'],
  [/^passkey .* accepted by /, 'passkey.accept'],
  [/^passkey .* removed by /, 'passkey.end'],
];

function entryOf({ at, what }: SignerEvent): AuditEntry {
  const [, action = 'signer.event'] = ACTIONS.find(([pattern]) => pattern.test(what)) ?? [];
  return { action, target: 'signer', data: { at, what } };
}
