/** Every certificate, by state and search, newest first. */
import { listCertificates } from '#lib/certificates/list-certificates';
import { canRevoke } from '#lib/certificates/revocation-reasons';
import { ENDING_DAYS, nextEndings } from '#lib/certificates/next-endings';
import { requirePage, type Page } from '#lib/http/page';
import { allows } from '#lib/identity/role-table';
import type { CertificateView } from '#lib/requests/views';

import { CertificateStateWord } from '#components/admin/certificate-state';
import { Pager } from '#components/admin/pager';
import { SearchForm } from '#components/admin/search-form';
import { Tabs } from '#components/admin/tabs';
import { Button, LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';
import { Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';

import { AdminFrame, PLACES } from '../admin-frame';
import { EndingsLine, FrontNotice, Lineage } from './endings';
import { QueueFlash } from '../queue-flash';
import { one, withQuery, type Query } from '../search-params';
import { adminTitle } from '../title';

const HERE = '/admin/certificates';
/** The ticked boxes belong to it. */
const FORM = 'revoke-ticked';
const STATES = ['VALID', 'EXPIRED', 'REVOKED', 'SUPERSEDED'] as const;

export const generateMetadata = () => adminTitle('admin.certificates.page');

export default async function CertificatesPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const page = await requirePage(PLACES.certificates, withQuery(HERE, query, {}));
  const { ctx, t, locale, person, config } = page;
  const mayRevoke = allows(person.roles, 'certificates.revoke');
  const q = one(query, 'q');
  const state = STATES.find((known) => known === one(query, 'state'));
  const ending = one(query, 'ends') === 'soon';
  const ended = one(query, 'account') === 'ended';
  const cursor = one(query, 'cursor');
  const found = await listCertificates(ctx, {
    ...(q === '' ? {} : { q }),
    ...(ended ? { account: 'ended' } : {}),
    ...(ending ? { endsWithinDays: ENDING_DAYS } : state === undefined ? {} : { state }),
    ...(cursor === '' ? {} : { cursor }),
    limit: 50,
  });
  const endings = await nextEndings(ctx);
  const tabs = [
    ...[undefined, ...STATES].map((one) => ({
      key: one ?? 'all',
      href: one === undefined ? HERE : `${HERE}?state=${one}`,
      word: one === undefined ? t('admin.certificates.all') : t(`admin.certificateState.${one}`),
      current: !ending && !ended && one === state,
    })),
    {
      key: 'ends',
      href: `${HERE}?ends=soon`,
      word: t('admin.certificates.endsSoon', { days: ENDING_DAYS }),
      count: endings.count,
      current: ending,
    },
    ...(config.accounts.source === 'none'
      ? []
      : [
          {
            key: 'ended',
            href: `${HERE}?account=ended`,
            word: t('admin.certificates.accountEnded'),
            current: ended,
          },
        ]),
  ];
  return (
    <AdminFrame page={page} at="certificates">
      <QueueFlash page={page} query={query} />
      <div className="head">
        <h1>{t('admin.certificates.title')}</h1>
        <EndingsLine endings={endings} page={page} />
      </div>
      <FrontNotice endings={endings} page={page} />
      <div className="filters">
        <Tabs label={t('admin.certificates.tabs')} locale={locale} tabs={tabs} />
        <SearchForm
          action={HERE}
          label={t('admin.certificates.search')}
          placeholder={t('admin.certificates.searchPlaceholder')}
          button={t('admin.certificates.searchButton')}
          q={q}
          hidden={{ state: state ?? '', ends: ending ? 'soon' : '', account: ended ? 'ended' : '' }}
        />
      </div>
      {found.items.length === 0 ? (
        <>
          <h2 className="vh">{t('admin.certificates.title')}</h2>
          <NoneFound q={q} ending={ending} ended={ended} t={t} />
        </>
      ) : (
        <Table
          className="dense-table rows q listing"
          heads={[
            ...(mayRevoke
              ? [[<span className="vh">{t('admin.certificates.colSelect')}</span>, 'sel'] as const]
              : []),
            t('admin.certificates.colState'),
            t('admin.certificates.colName'),
            t('admin.certificates.colEmail'),
            t('admin.certificates.colDevice'),
            [t('admin.certificates.colKey'), 'c-key'],
            [t('admin.certificates.colFrom'), 'c-when'],
            [t('admin.certificates.colEnds'), 'c-when'],
            t('admin.certificates.colSerial'),
          ]}
        >
          {found.items.map((item: CertificateView) => (
            <Row key={item.serial}>
              {mayRevoke ? (
                <td role="cell" className="sel">
                  {canRevoke(item) ? (
                    <input
                      type="checkbox"
                      name="serial"
                      value={item.serial}
                      form={FORM}
                      aria-label={t('admin.certificates.select', {
                        name: item.commonName,
                        serial: item.serial.slice(0, 8),
                      })}
                    />
                  ) : null}
                </td>
              ) : null}
              <td role="cell" className="finding">
                <CertificateStateWord state={item.state} reason={item.revocationReason} t={t} />
              </td>
              <RowHead className="cell-cn">
                <a className="cn" href={`${HERE}/${item.serial}`}>
                  {item.commonName}
                </a>
              </RowHead>
              {/* In a narrow list an address speaks for itself, and "none" does not. */}
              <td
                role="cell"
                className={item.email === null ? undefined : 'cell-mail'}
                data-l={t('admin.certificates.colEmail')}
              >
                <span className="quiet break">{item.email ?? t('admin.common.none')}</span>
              </td>
              <td role="cell" className="cell-device" data-l={t('admin.certificates.colDevice')}>
                <span className="quiet break">{item.label ?? t('admin.common.none')}</span>
              </td>
              <td role="cell" className="cell-key">
                {item.keyLabel}
              </td>
              <td role="cell" className="cell-from" data-l={t('admin.certificates.colFrom')}>
                <Time at={item.notBefore} now={ctx.now()} locale={locale} />
              </td>
              <td role="cell" className="age">
                <Time at={item.notAfter} now={ctx.now()} locale={locale} />
              </td>
              <td role="cell" className="cell-serial">
                <span className="id">{item.serial.slice(0, 16).match(/.{4}/gu)?.join(' ')} …</span>{' '}
                <Lineage item={item} t={t} />
              </td>
            </Row>
          ))}
        </Table>
      )}
      {mayRevoke && found.items.some(canRevoke) ? <RevokeBar t={t} /> : null}
      <Pager
        first={
          cursor === ''
            ? null
            : { href: withQuery(HERE, query, { cursor: null }), word: t('admin.certificates.first') }
        }
        next={
          found.nextCursor === null
            ? null
            : {
                href: withQuery(HERE, query, { cursor: found.nextCursor }),
                word: t('admin.certificates.next'),
              }
        }
      />
    </AdminFrame>
  );
}

/** Leads to the page that says what would happen: nothing is revoked from the list itself. */
function RevokeBar({ t }: { t: Page['t'] }) {
  return (
    <form
      id={FORM}
      className="bulk"
      method="get"
      action={`${HERE}/bulk`}
      aria-label={t('admin.certificates.selectionAria')}
    >
      <input type="hidden" name="by" value="serials" />
      <b>{t('admin.certificates.selectHelp')}</b>
      <span className="actions">
        <Button type="submit">{t('admin.certificates.revokeTicked')}</Button>
      </span>
      <span className="end">
        <a href={`${HERE}/bulk`}>{t('admin.certificates.revokeMany')}</a>
      </span>
    </form>
  );
}

function NoneFound({ q, ending, ended, t }: { q: string; ending: boolean; ended: boolean; t: Page['t'] }) {
  const word = (key: string) => t(`admin.certificates.${key}`, { q });
  if (q !== '') {
    return (
      <Empty
        title={word('emptySearchTitle')}
        action={<LinkButton href={HERE}>{word('emptySearchAction')}</LinkButton>}
      >
        {word('emptySearchBody')}
      </Empty>
    );
  }
  if (ended) return <Empty title={word('noneEnded')}>{word('noneEndedText')}</Empty>;
  if (ending) return <Empty title={word('noneEnds')}>{word('noneEndsText')}</Empty>;
  return (
    <Empty title={word('emptyTitle')} action={<LinkButton href="/admin">{word('emptyAction')}</LinkButton>}>
      {word('emptyBody')}
    </Empty>
  );
}
