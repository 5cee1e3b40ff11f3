import type { Translate } from '#lib/ctx';
import type { CurrentNotice } from '#lib/hubs/notices/current-notices';

import { Icon } from '../ui/icon';
import { localSpan } from '../ui/local-span';

/** How dates are said on this page. */
export type NoticeLook = { t: Translate; now: Date; locale: string; zone: string };

/** What is announced, above the hubs that it is about. Running work is amber, planned work plain. */
export function NoticeList({
  notices,
  named = true,
  look,
}: {
  notices: readonly CurrentNotice[];
  /** Whether each says which hubs it is about; not on the page of one hub. */
  named?: boolean;
  look: NoticeLook;
}) {
  const { t } = look;
  if (notices.length === 0) return null;
  return (
    <ul className="notices" aria-label={t('hubs.notices.label')}>
      {notices.map((notice) => (
        <li key={notice.id} className={notice.phase === 'running' ? 'callout is-warn' : 'callout'}>
          <Icon name={notice.phase === 'running' ? 'warn' : 'info'} />
          <div>
            <p>
              <b>
                {notice.title}, {noticeWhen(notice, look)}.
              </b>{' '}
              {named ? `${noticeHubs(notice.hubs, t)} ` : null}
              {notice.text}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** "Saturday 28 November, 09:00 to 13:00 UTC", or that it is going on. */
export function noticeWhen(
  {
    startsAt,
    endsAt,
    phase,
  }: Pick<CurrentNotice, 'startsAt' | 'endsAt'> & { phase?: CurrentNotice['phase'] },
  { t, now, locale, zone }: NoticeLook,
): string {
  if (phase === 'running' && endsAt === null) return t('hubs.notices.goesOn');
  return localSpan(
    { from: startsAt, until: endsAt },
    { zone, now, locale, words: (key, values) => t(`hubs.notices.${key}`, values) },
  );
}

/** "All hubs." or their names. */
export function noticeHubs(hubs: readonly string[], t: Translate): string {
  return t('hubs.notices.about', { n: hubs.length, hubs: hubs.join(', ') });
}
