import type { ListPosition } from '../db/request-list';
import { HubgateError } from '../errors';

/** A page's end as one opaque word for addresses: the sort, the key of the last row, its id. */
export function writeCursor(sort: string, position: ListPosition): string {
  return Buffer.from(JSON.stringify([sort, position.key, position.id])).toString('base64url');
}

/**
 * Reads such a word back.
 *
 * @throws {HubgateError} `http.invalid` when it is not one, or belongs to another order of the list
 */
export function readCursor(sort: string, cursor: string): ListPosition {
  if (cursor.length <= 1000) {
    try {
      const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
      if (Array.isArray(parsed) && parsed.length === 3 && parsed.every((part) => typeof part === 'string')) {
        const [of, key, id] = parsed as [string, string, string];
        const dated = sort !== 'name';
        if (of === sort && !/\0/.test(key + id) && (!dated || !Number.isNaN(Date.parse(key))))
          return { key, id };
      }
    } catch {
      // Not ours: refused below.
    }
  }
  throw new HubgateError('http.invalid', 'This page address is damaged. Start again from the first page.', {
    field: 'cursor',
    params: { reason: 'cursor' },
  });
}
