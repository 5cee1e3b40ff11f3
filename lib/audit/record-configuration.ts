import { createHash } from 'node:crypto';

import { z } from 'zod';

import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { readSetting, writeSetting } from '../db/settings';
import { recordAudit } from './record-audit';

const SETTING = 'audit.configuration';
/** Hash by key, and of the whole. Values stay out: they are the administrators' own. */
const Stored = z.strictObject({ sha256: z.string(), keys: z.record(z.string(), z.string()) });

/**
 * Writes down that the configuration is another one than at the last start: which keys, never to what.
 *
 * @returns the keys that changed; empty when none did
 */
export async function recordConfiguration(ctx: Ctx): Promise<string[]> {
  const keys = hashesOf(ctx.config);
  const sha256 = hash(JSON.stringify(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1))));
  return inTransaction(ctx.db, async (tx) => {
    const stored = await readSetting(tx, SETTING);
    const before = stored === null ? null : Stored.parse(JSON.parse(stored));
    if (before?.sha256 === sha256) return [];
    const changed = [...new Set([...Object.keys(keys), ...Object.keys(before?.keys ?? {})])]
      .filter((key) => keys[key] !== before?.keys[key])
      .sort();
    await writeSetting(tx, SETTING, JSON.stringify({ sha256, keys }));
    await recordAudit(ctx, tx, {
      action: 'portal.configure',
      target: 'hubgate.toml',
      data: before === null ? { sha256, first: true } : { sha256, before: before.sha256, changed },
    });
    return before === null ? [] : changed;
  });
}

/** Hash of each value by its key, `requests.signIn`; a list counts as one value. */
function hashesOf(value: unknown, path = ''): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { [path]: hash(JSON.stringify(value) ?? 'undefined') };
  }
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, inner]) => hashesOf(inner, path === '' ? key : `${path}.${key}`)),
  ) as Record<string, string>;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
