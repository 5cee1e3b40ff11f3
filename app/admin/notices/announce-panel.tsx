import { NoticeForm, type NoticeFields } from '#components/hubs/notice-form';
import type { NoticeLook } from '#components/hubs/notice-list';
import { localTimeOf } from '#lib/hubs/notices/local-time';
import type { Notice } from '#lib/hubs/notices/notice';

import { utcTime } from '../../../components/ui/relative-time';
import { announce, change } from './actions';

const NAMES_SHOWN = 12;

/** The form at the side: a new announcement, or the one that is being changed. */
export function AnnouncePanel({
  notice,
  registered,
  look,
}: {
  notice: Notice | null;
  /** Names of the hubs that are registered now, as examples. */
  registered: readonly string[];
  look: NoticeLook;
}) {
  const { t, now, zone } = look;
  const word = (key: string, values: Record<string, string> = {}) => t(`hubs.notices.form.${key}`, values);
  const examples = registered.slice(0, NAMES_SHOWN).join(', ');
  return (
    <section className="panel" aria-labelledby="announce">
      <h2 id="announce">{word(notice === null ? 'announceTitle' : 'changeTitle')}</h2>
      <NoticeForm
        key={notice?.id ?? 'new'}
        action={notice === null ? announce : change}
        id={notice?.id ?? null}
        fields={fieldsOf(notice, zone)}
        words={{
          title: word('title'),
          titleHelp: word('titleHelp'),
          text: word('text'),
          textHelp: word('textHelp'),
          from: word('from'),
          fromHelp:
            zone === 'UTC'
              ? word('fromHelpUtc', { now: utcTime(now) })
              : word('fromHelp', { zone, now: localTimeOf(now, zone).replace('T', ' ') }),
          until: word('until'),
          untilHelp: word('untilHelp'),
          hubs: word('hubs'),
          hubsHelp: examples === '' ? word('hubsHelpNone') : word('hubsHelp', { hubs: examples }),
          optional: word('optional'),
          submit: word(notice === null ? 'announce' : 'change'),
          cancel: word('cancel'),
        }}
      />
    </section>
  );
}

function fieldsOf(notice: Notice | null, zone: string): NoticeFields {
  if (notice === null) return { title: '', text: '', hubs: '', from: '', until: '' };
  const { title, text, hubs, startsAt, endsAt } = notice;
  return {
    title,
    text,
    hubs: hubs.join(', '),
    from: localTimeOf(startsAt, zone),
    until: endsAt === null ? '' : localTimeOf(endsAt, zone),
  };
}
