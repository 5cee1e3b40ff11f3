import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { enqueueMails } from '../db/outbox';
import { usersWithRole } from '../db/users';
import { sendsMail } from '../mail/sends-mail';
import { caAlarms, type CaAlarm } from './ca-alarms';

/**
 * Tells every operator of every alarm, once each (a list that ends: once per threshold), and auditors of
 * what is theirs. The outbox remembers what was told.
 *
 * @returns the alarms of this moment
 */
export async function mailCaAlarms(ctx: Ctx): Promise<CaAlarm[]> {
  const alarms = await caAlarms(ctx);
  if (alarms.length === 0 || !sendsMail(ctx.config, 'ca-alarm')) return alarms;
  const withRole = async (role: 'operator' | 'auditor'): Promise<string[]> =>
    (await usersWithRole(ctx.db, role)).flatMap((user) => user.email ?? []);
  const [operators, auditors] = [await withRole('operator'), await withRole('auditor')];
  const link = `${ctx.config.site.url}/admin/ca`;
  await inTransaction(ctx.db, (tx) =>
    enqueueMails(
      tx,
      alarms.flatMap((alarm) =>
        [...new Set(alarm.code === 'audit-broken' ? [...operators, ...auditors] : operators)].map(
          (recipient) => ({
            recipient,
            template: 'ca-alarm' as const,
            locale: ctx.locale,
            vars: { code: alarm.code, link, ...texts(alarm.params) },
            dedupeKey: `ca-alarm/${alarm.key}/${recipient}`,
            now: ctx.now(),
          }),
        ),
      ),
    ),
  );
  return alarms;
}

const texts = (params: CaAlarm['params']): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
