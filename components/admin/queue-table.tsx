import type { Translate } from '#lib/ctx';
import type { RequestItem } from '#lib/requests/views';

import { State } from '#components/ui/state';
import { Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';

import { findingWord, isTakeover, worstCheck } from './finding';

const KIND = { clean: 'ok', warn: 'warn', bad: 'bad' } as const;

/**
 * Rows of waiting requests. `selectable` rows carry a box of the form `formId`; flagged ones have
 * none, so that they cannot be approved in bulk.
 */
export function QueueTable({
  items,
  selectable,
  formId,
  accounts,
  now,
  locale,
  t,
}: {
  items: readonly RequestItem[];
  selectable: boolean;
  formId: string;
  /** The centre has a directory that is asked about accounts. */
  accounts: boolean;
  now: Date;
  locale: string;
  t: Translate;
}) {
  const select = selectable ? (
    <>
      <label className="vh" htmlFor="all">
        {t('admin.queue.selectAll')}
      </label>
      <input id="all" type="checkbox" className="js-only" />
    </>
  ) : (
    <span className="vh">{t('admin.queue.colSelect')}</span>
  );
  return (
    <Table
      className="dense-table rows q queue"
      heads={[
        [select, 'sel'],
        [t('admin.queue.colName'), 'c-cn'],
        ...(accounts ? ([[t('admin.queue.colAccount'), 'c-acc']] as const) : []),
        [t('admin.queue.colMailbox'), 'c-mail'],
        [t('admin.queue.colHolders'), 'c-hold'],
        [t('admin.queue.colTrust'), 'c-trust'],
        [t('admin.queue.colKey'), 'c-key'],
        [t('admin.queue.colWaiting'), 'num c-age'],
        [t('admin.queue.colFinding'), ''],
        [t('admin.queue.colRequest'), 'c-id'],
      ]}
    >
      {items.map((item) => (
        <QueueRow key={item.id} {...{ item, selectable, formId, accounts, now, locale, t }} />
      ))}
    </Table>
  );
}

function QueueRow({
  item,
  selectable,
  formId,
  accounts,
  now,
  locale,
  t,
}: {
  item: RequestItem;
  selectable: boolean;
  formId: string;
  accounts: boolean;
  now: Date;
  locale: string;
  t: Translate;
}) {
  const worst = worstCheck(item.checks);
  const takeover = isTakeover(item);
  const odd = item.emailState === 'unproven';
  return (
    <tr role="row" data-request={item.id}>
      <td role="cell" className="sel">
        {selectable ? (
          <input
            type="checkbox"
            name="id"
            value={`${item.id}:${item.version}`}
            form={formId}
            aria-label={t('admin.queue.select', { name: item.commonName })}
          />
        ) : null}
      </td>
      <RowHead className="cell-cn">
        <a className="cn" href={`/admin/requests/${item.id}`}>
          {item.commonName}
        </a>
      </RowHead>
      {accounts ? (
        <td role="cell" className="cell-account" data-l={t('admin.queue.labelAccount')}>
          <AccountWord item={item} t={t} />
        </td>
      ) : null}
      <td role="cell" className="cell-mail" data-l={t('admin.queue.labelMailbox')}>
        <span className={odd ? 'odd' : 'quiet'}>{t(`admin.emailState.${item.emailState}`)}</span>
      </td>
      <td role="cell" className="holders" data-l={t('admin.queue.labelHolders')}>
        <span className={takeover ? 'odd' : 'quiet'}>
          {t(takeover ? 'admin.queue.holdersOther' : 'admin.queue.holdersNone')}
        </span>
      </td>
      <td role="cell" className="cell-acc" data-l={t('admin.queue.labelTrust')}>
        <span className="quiet">{t(`admin.trustState.${item.trust}`)}</span>
      </td>
      <td role="cell" className="cell-key">
        {item.keyLabel}
      </td>
      <td role="cell" className="age num">
        <Time at={item.createdAt} now={now} locale={locale} />
      </td>
      <td role="cell" className="finding">
        <State kind={KIND[item.finding]}>{t(`admin.finding.${findingWord(item)}`)}</State>
        {worst ? (
          <span className="quiet note" title={worst.message}>
            {worst.message}
          </span>
        ) : item.note ? (
          <span className="quiet note">“{item.note}”</span>
        ) : null}
      </td>
      <td role="cell" className="cell-id">
        <span className="id">{item.id}</span>
      </td>
    </tr>
  );
}

/** Whether the account exists, and whether anything shows that it is the requester's. */
function AccountWord({ item, t }: { item: RequestItem; t: Translate }) {
  const { accountState, accountProof } = item;
  const proven = accountState === 'exists' && accountProof !== 'none';
  const fine = accountState === 'exists' || accountState === 'none';
  return (
    <span className={fine ? 'quiet' : 'odd'}>
      {t(proven ? 'admin.accountState.proven' : `admin.accountState.${accountState}`)}
    </span>
  );
}

const STATE_KIND = {
  SUBMITTED: 'wait',
  APPROVED: 'wait',
  SIGNING: 'wait',
  ISSUED: 'ok',
  REJECTED: 'bad',
  WITHDRAWN: 'off',
  EXPIRED: 'off',
  FAILED: 'bad',
} as const;

/** A request's state, in one word. */
export function RequestStateWord({ state, t }: { state: RequestItem['state']; t: Translate }) {
  return <State kind={STATE_KIND[state]}>{t(`admin.state.${state}`)}</State>;
}

/** Rows of requests that are decided, or found by a search: state and age instead of findings. */
export function RequestList({
  items,
  action,
  now,
  locale,
  t,
}: {
  items: readonly RequestItem[];
  /** What can be done in the row: undo, retry. */
  action?: ((item: RequestItem) => React.ReactNode) | undefined;
  now: Date;
  locale: string;
  t: Translate;
}) {
  return (
    <Table
      className="dense-table rows q listing"
      heads={[
        t('admin.queue.colState'),
        t('admin.queue.colName'),
        [t('admin.queue.colMailbox'), 'c-mail'],
        [t('admin.queue.colKey'), 'c-key'],
        [t('admin.queue.colWhen'), 'c-when'],
        [t('admin.queue.colRequest'), 'c-id'],
        ...(action ? ([[t('admin.queue.colAction'), 'c-do']] as const) : []),
      ]}
    >
      {items.map((item) => (
        <Row key={item.id}>
          <td role="cell" className="finding">
            <RequestStateWord state={item.state} t={t} />
          </td>
          <RowHead className="cell-cn">
            <a className="cn" href={`/admin/requests/${item.id}`}>
              {item.commonName}
            </a>
          </RowHead>
          <td role="cell" className="cell-mail" data-l={t('admin.queue.labelMailbox')}>
            <span className="quiet break">{item.email ?? t('admin.emailState.none')}</span>
          </td>
          <td role="cell" className="cell-key">
            {item.keyLabel}
          </td>
          <td role="cell" className="age">
            <Time at={item.updatedAt} now={now} locale={locale} />
          </td>
          <td role="cell" className="cell-id">
            <span className="id">{item.id}</span>
          </td>
          {action ? (
            <td role="cell" className="cell-do">
              {action(item)}
            </td>
          ) : null}
        </Row>
      ))}
    </Table>
  );
}
