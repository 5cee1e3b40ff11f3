import type { Page } from '#lib/http/page';
import type { ApproverView } from '#lib/requests/views';

import { SectionHead } from '#components/ui/section-head';
import { Timeline } from '#components/ui/timeline';

import { actorWord } from '../../../../components/admin/actor';
import { hasTimelineWord } from '../../../../components/certs/timeline-words';

/** What happened to the request and by whom, oldest first. */
export function TimelineSection({ request, page }: { request: ApproverView; page: Page }) {
  const { t, ctx, locale } = page;
  return (
    <section className="section" aria-labelledby="timeline">
      <SectionHead id="timeline" title={t('admin.request.timeline')} />
      <Timeline
        now={ctx.now()}
        locale={locale}
        items={request.timeline.map((entry) => ({
          state: entry.what === 'failed' || entry.what === 'rejected' ? 'bad' : 'done',
          title: t(`admin.request.what.${hasTimelineWord(entry.what) ? entry.what : 'other'}`),
          text: [actorWord(entry.who), entry.detail].filter(Boolean).join(': '),
          at: entry.at,
        }))}
      />
    </section>
  );
}
