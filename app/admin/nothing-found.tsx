import type { Page } from '#lib/http/page';

import { LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';

/** A search without a result: what it looks at, and the way back to everything. */
export function NothingFound({ page, q, plain }: { page: Page; q: string; plain: string }) {
  const { t } = page;
  return (
    <>
      <h2 className="vh">{t('admin.queue.listTitle')}</h2>
      <Empty
        title={t('admin.queue.emptySearchTitle', { q })}
        action={<LinkButton href={plain}>{t('admin.queue.searchClear')}</LinkButton>}
      >
        {t('admin.queue.emptySearchBody')}
      </Empty>
    </>
  );
}
