import type { Translate } from '#lib/ctx';
import type { PreviewRow } from '#lib/requests/views';

import { Row, RowHead, Table } from '#components/ui/table';

const PENDING = { 'mailbox-proof': 'pendingMailbox', vouch: 'pendingVouch' } as const;

/** What was asked, what the centre's rule says, what will be issued. */
export function PreviewTable({
  rows,
  issued,
  t,
}: {
  rows: readonly PreviewRow[];
  /** The certificate is there: the third column is a fact. */
  issued: boolean;
  t: Translate;
}) {
  const last = t(issued ? 'admin.request.colIssuedDone' : 'admin.request.colIssued');
  return (
    <Table
      heads={[
        t('admin.request.colField'),
        t('admin.request.colAsked'),
        t('admin.request.colPolicy'),
        [last, 'will'],
      ]}
    >
      {rows.map((row) => (
        <Row key={row.field}>
          <RowHead>{t(`admin.request.field.${row.field}`)}</RowHead>
          <td role="cell" data-label={t('admin.request.colAsked')}>
            <span className="break">{row.asked ?? t('admin.request.nothing')}</span>
          </td>
          <td role="cell" data-label={t('admin.request.colPolicy')}>
            <span className="quiet-ink">{row.policy}</span>
          </td>
          <td role="cell" className="will" data-label={last}>
            <span className="break">
              {row.issued ?? t('admin.request.nothing')}
              {row.pending && !issued ? (
                <span className="pending"> {t(`admin.request.${PENDING[row.pending]}`)}</span>
              ) : null}
            </span>
          </td>
        </Row>
      ))}
    </Table>
  );
}
