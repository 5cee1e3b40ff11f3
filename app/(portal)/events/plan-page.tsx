import { PlanForm } from '#components/events/plan-form';
import { PageHead } from '#components/ui/page-head';
import { hostZone } from '#lib/http/host-zone';
import type { Page } from '#lib/http/page';

import { PLAN_WORDS, type PlanValues } from '../../../components/events/plan-words';
import { PortalPage } from '../../portal-page';
import { plan } from './actions';

/** The form of a plan, for a new event and for one that is planned anew. */
export function PlanPage({
  page,
  id,
  title,
  values,
  organiser,
}: {
  page: Page;
  id: string | null;
  title: string;
  values: PlanValues;
  organiser: boolean;
}) {
  const { t } = page;
  const open = {
    zone: hostZone(),
    example: Object.keys(page.config.hubs.upstream)[0] ?? 'astro',
  };
  const words = Object.fromEntries(PLAN_WORDS.map((key) => [key, t(`events.plan.${key}`, open)]));
  return (
    <PortalPage page={page} at={null}>
      <PageHead
        crumb={<a href="/events">{t('events.organise.crumb')}</a>}
        title={title}
        lede={t('events.plan.lede')}
      />
      <div className="section wizard">
        <PlanForm
          action={plan}
          id={id}
          values={values}
          organiser={organiser}
          words={words as Record<(typeof PLAN_WORDS)[number], string>}
        />
      </div>
    </PortalPage>
  );
}
