import type { Translate } from '#lib/ctx';
import type { ClientCertificateStatus } from '#lib/client-cert/status';

import { State } from '../ui/state';
import { Cell, Row, RowHead, Table } from '../ui/table';

const ASKED = new Set([
  'readable',
  'issuer',
  'validity',
  'unit',
  'names',
  'revoked',
  'front',
  'headers',
  'alarm',
]);

/** Each check of a certificate as a question with its answer. */
export function CheckTable({ status, t }: { status: ClientCertificateStatus; t: Translate }) {
  return (
    <Table headsHidden fold={false} heads={[t('status.check.looked'), t('status.check.title')]}>
      {status.checks.map((check) => (
        <Row key={check.code}>
          <RowHead>{ASKED.has(check.code) ? t(`status.check.q.${check.code}`) : check.code}</RowHead>
          <Cell>
            <State kind={check.ok ? 'ok' : 'bad'} wrap>
              {check.message}
            </State>
          </Cell>
        </Row>
      ))}
      {status.via ? (
        <Row>
          <RowHead>{t('status.check.via')}</RowHead>
          <Cell>{t(`status.check.${status.via}`)}</Cell>
        </Row>
      ) : null}
    </Table>
  );
}
