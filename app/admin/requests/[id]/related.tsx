import type { Page } from '#lib/http/page';
import type { ApproverView } from '#lib/requests/views';

import { RequestStateWord } from '#components/admin/queue-table';
import { SectionHead } from '#components/ui/section-head';
import { Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';

/** Earlier requests of the same person, name or key. */
export function Related({ request, page }: { request: ApproverView; page: Page }) {
  const { t, ctx, locale } = page;
  const { related } = request;
  return (
    <section className="section" aria-labelledby="related">
      <SectionHead flush={related.length > 0} id="related" title={t('admin.request.related')} />
      {related.length === 0 ? (
        <p className="meta">{t('admin.request.relatedNone')}</p>
      ) : (
        <Table
          className="dense-table"
          heads={[
            t('admin.request.colName'),
            t('admin.request.colEmail'),
            t('admin.request.colState'),
            t('admin.request.colWhen'),
            t('admin.request.relatedWhy'),
            t('admin.request.colRequest'),
          ]}
        >
          {related.map((one) => (
            <Row key={`${one.id} ${one.because}`}>
              <RowHead>
                <span className="mono">{one.commonName}</span>
              </RowHead>
              <td role="cell" data-label={t('admin.request.colEmail')}>
                <span className="break">{one.email ?? t('admin.common.none')}</span>
              </td>
              <td role="cell" data-label={t('admin.request.colState')}>
                <span>
                  <RequestStateWord state={one.state} t={t} />
                </span>
              </td>
              <td role="cell" data-label={t('admin.request.colWhen')}>
                <span>
                  <Time at={one.createdAt} now={ctx.now()} locale={locale} />
                </span>
              </td>
              <td role="cell" data-label={t('admin.request.relatedWhy')}>
                <span>{t(`admin.request.because.${one.because}`)}</span>
              </td>
              <td role="cell" data-label={t('admin.request.colRequest')}>
                <span>
                  <a className="mono" href={`/admin/requests/${one.id}`}>
                    {one.id}
                  </a>
                </span>
              </td>
            </Row>
          ))}
        </Table>
      )}
    </section>
  );
}
