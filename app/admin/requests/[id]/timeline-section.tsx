import type { Page } from '#lib/http/page';
import type { TimelineEntry } from '#lib/requests/views';

import { SectionHead } from '#components/ui/section-head';
import { Timeline } from '#components/ui/timeline';

import { actorWord } from '../../../../components/admin/actor';
import { hasTimelineWord } from '../../../../components/certs/timeline-words';

const BAD = new Set(['failed', 'rejected', 'revoked', 'held']);

/** What happened to a request or a certificate and by whom, oldest first. */
export function TimelineSection({ timeline, page }: { timeline: readonly TimelineEntry[]; page: Page }) {
  const { t, ctx, locale } = page;
  return (
    <section className="section" aria-labelledby="timeline">
      <SectionHead id="timeline" title={t('admin.request.timeline')} />
      <Timeline
        now={ctx.now()}
        locale={locale}
        items={timeline.map((entry) => ({
          state: BAD.has(entry.what) ? 'bad' : 'done',
          title: t(`admin.request.what.${hasTimelineWord(entry.what) ? entry.what : 'other'}`),
          text: [who(entry, t), detailOf(entry, t)].filter(Boolean).join(': '),
          at: entry.at,
        }))}
      />
    </section>
  );
}

/** The holder has no name here: what they showed stands for it. */
function who({ who, proof }: TimelineEntry, t: Page['t']): string {
  return proof === undefined ? actorWord(who, t) : t(`admin.request.proof.${proof.replaceAll(' ', '-')}`);
}

function detailOf({ what, detail }: TimelineEntry, t: Page['t']): string | null {
  if (what === 'held' || what === 'hold-ended') return null;
  return what === 'revoked' && detail !== null ? t(`common.revocation.${detail}`) : detail;
}
