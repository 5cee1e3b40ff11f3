import type { Translate } from '#lib/ctx';
import type { CheckResult } from '#lib/x509/check-result';

import { State } from '#components/ui/state';
import { Row, RowHead, Table } from '#components/ui/table';

import { byWeight, weightOf } from './finding';

const KIND = { ok: 'ok', info: 'wait', warn: 'warn', bad: 'bad' } as const;
const ICON = { ok: 'ok', info: 'info', warn: 'warn', bad: 'bad' } as const;

/** Every check with its result, what stands against the request first. */
export function ChecksTable({
  checks,
  name,
  t,
}: {
  checks: readonly CheckResult[];
  name: (code: string) => string;
  t: Translate;
}) {
  return (
    <Table
      className="checks"
      headsHidden
      heads={[t('admin.request.colResult'), t('admin.request.colCheck'), t('admin.request.colFound')]}
    >
      {byWeight(checks).map((check) => {
        const weight = weightOf(check);
        return (
          <Row key={check.code}>
            <td role="cell" className="cell-state">
              <State kind={KIND[weight]} icon={ICON[weight]}>
                {t(`admin.mark.${weight}`)}
              </State>
            </td>
            <RowHead>{name(check.code)}</RowHead>
            <td role="cell">{check.message}</td>
          </Row>
        );
      })}
    </Table>
  );
}
