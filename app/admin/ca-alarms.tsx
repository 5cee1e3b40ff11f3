import type { CaAlarm } from '#lib/certificates/ca-alarms';
import type { Page } from '#lib/http/page';

import { Callout } from '#components/ui/callout';

/** What an operator must mend about the CA, above every page of the administration. */
export function CaAlarms({ alarms, page }: { alarms: readonly CaAlarm[]; page: Pick<Page, 't' | 'locale'> }) {
  const { t, locale } = page;
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  const shown = ({ params }: CaAlarm): CaAlarm['params'] =>
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [
        name,
        name === 'until' || name === 'at' ? date.format(new Date(value)) : value,
      ]),
    );
  return (
    <>
      {alarms.map((alarm) => (
        <Callout key={alarm.key} kind={alarm.level}>
          <p>
            <strong>{t(`admin.alarm.${alarm.code}.title`, shown(alarm))}</strong>
          </p>
          <p>{t(`admin.alarm.${alarm.code}.text`, shown(alarm))}</p>
        </Callout>
      ))}
    </>
  );
}
