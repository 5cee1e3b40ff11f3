import { join } from 'node:path';

import type { Portal } from './portal';
import { mustRun } from './run';

/** Looks into the portal's database, or changes in it what only time could: beside the running portal. */
export const sql = (portal: Pick<Portal, 'stateDir'>, query: string): Promise<string> =>
  mustRun('sqlite3', ['-cmd', '.timeout 10000', join(portal.stateDir, 'portal.db'), query]);

/** An instant as it is stored there. */
export const stored = (at: Date): string => at.toISOString().replace('Z', '+00:00');

/** To the portal, and not to the signer, a certificate of a year ends then. */
export async function endsAt(portal: Pick<Portal, 'stateDir'>, serial: string, end: Date): Promise<void> {
  const begin = new Date(end.getTime() - 365 * 86_400_000);
  await sql(
    portal,
    `UPDATE Certificate SET notBefore = '${stored(begin)}', notAfter = '${stored(end)}' WHERE serial = '${serial}'`,
  );
}
