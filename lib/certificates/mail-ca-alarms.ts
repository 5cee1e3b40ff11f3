import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { enqueueMails } from '../db/outbox';
import { listUsers } from '../db/users';
import { readRoles } from '../identity/roles';
import { caAlarms, type CaAlarm } from './ca-alarms';

/**
 * Tells every operator of every alarm, once each (a list that ends: once per threshold). The outbox
 * remembers what was told.
 *
 * @returns the alarms of this moment
 */
export async function mailCaAlarms(ctx: Ctx): Promise<CaAlarm[]> {
  const alarms = await caAlarms(ctx);
  if (alarms.length === 0 || ctx.config.mail.transport === 'none') return alarms;
  const operators = (await listUsers(ctx.db))
    .filter((user) => user.disabledAt === null && readRoles(user.roles).includes('operator'))
    .flatMap((user) => user.email ?? []);
  const link = `${ctx.config.site.url}/admin/ca`;
  await inTransaction(ctx.db, (tx) =>
    enqueueMails(
      tx,
      [...new Set(operators)].flatMap((recipient) =>
        alarms.map((alarm) => ({
          recipient,
          template: 'ca-alarm' as const,
          locale: ctx.locale,
          vars: { code: alarm.code, link, ...texts(alarm.params) },
          dedupeKey: `ca-alarm/${alarm.key}/${recipient}`,
          now: ctx.now(),
        })),
      ),
    ),
  );
  return alarms;
}

const texts = (params: CaAlarm['params']): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
