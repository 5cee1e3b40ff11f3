import type { ReactNode } from 'react';

import type { RevocationPreview } from '#lib/certificates/preview-revocation';
import type { CertificateSelect } from '#lib/certificates/revoke-body';
import { codeTexts } from '#lib/http/error-text';
import type { Page } from '#lib/http/page';

import { BulkRevokeForm } from '#components/admin/bulk-revoke-form';
import { LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { Empty } from '#components/ui/empty';
import { PageHead } from '#components/ui/page-head';
import { SectionHead } from '#components/ui/section-head';
import { State } from '#components/ui/state';
import { Cell, Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';
import { wordsOf } from '#components/ui/words-of';

import { revokeMany } from './actions';
import { selectFields } from './read-select';

const WORDS = 'admin.certificates.bulk';

/** What would be revoked, what its holders lose, and the form that does it. */
export function BulkPreview({
  page,
  crumb,
  preview,
  select,
  reason,
  here,
  reasonForm,
}: {
  page: Page;
  crumb: ReactNode;
  preview: RevocationPreview;
  select: CertificateSelect;
  reason: string;
  /** This very page. */
  here: string;
  reasonForm: ReactNode;
}) {
  const { t } = page;
  const { count, siblings, people, keepAnother } = preview;
  const what = selectionWords(select, t);
  if (count === 0) return <NothingThere crumb={crumb} what={what} t={t} />;
  return (
    <>
      <PageHead
        crumb={crumb}
        title={t(`${WORDS}.previewTitle`, { n: count })}
        lede={t(`${WORDS}.previewLede`, { what, people, keep: keepAnother })}
      />
      <div className="cols cols-aside">
        <div className="stack">
          {siblings > 0 ? (
            <Callout kind="warn">
              <p>{t(`${WORDS}.siblings`, { n: siblings })}</p>
            </Callout>
          ) : null}
          <Hubs hubs={preview.hubs} t={t} />
          <Certificates preview={preview} page={page} />
        </div>
        <aside className="decide" aria-label={t(`${WORDS}.confirmTitle`)}>
          <section className="panel" aria-labelledby="confirm-title">
            <h2 id="confirm-title">{t(`${WORDS}.confirmTitle`)}</h2>
            {reasonForm}
            <BulkRevokeForm
              key={`${reason} ${count}`}
              action={revokeMany}
              select={select}
              fields={selectFields(select)}
              reason={reason}
              count={count}
              here={here}
              words={{
                ...wordsOf(t, WORDS, ['running', 'progress', 'broken', 'toList', 'confirmHelp']),
                progressText: t(`${WORDS}.progressText`, { done: '{done}', total: '{total}' }),
                confirm: t(`${WORDS}.confirm`, { n: count }),
                mismatch: t(`${WORDS}.mismatch`, { n: count }),
                submit: t(`${WORDS}.submit`, { n: count }),
                doneTitle: t(`${WORDS}.doneCount`, { n: '{n}' }),
                unknown: t(`${WORDS}.unknown`, { n: '{n}' }),
                again: t(`${WORDS}.again2`),
                refused: codeTexts(page.locale, ['certificate.count']),
              }}
            />
          </section>
        </aside>
      </div>
    </>
  );
}

function NothingThere({ crumb, what, t }: { crumb: ReactNode; what: string; t: Page['t'] }) {
  return (
    <>
      <PageHead crumb={crumb} title={t(`${WORDS}.previewTitle`, { n: 0 })} lede={what} />
      <h2 className="vh">{t(`${WORDS}.certificates`)}</h2>
      <Empty
        title={t(`${WORDS}.none`)}
        action={<LinkButton href="/admin/certificates/bulk">{t(`${WORDS}.noneAction`)}</LinkButton>}
      >
        {t(`${WORDS}.noneText`)}
      </Empty>
    </>
  );
}

function selectionWords(select: CertificateSelect, t: Page['t']): string {
  switch (select.by) {
    case 'person':
      return t(`${WORDS}.ofPerson`, { person: select.person });
    case 'key':
      return t(`${WORDS}.ofKey`, { key: `${select.spkiSha256.slice(0, 8)} …` });
    case 'serials':
      return t(`${WORDS}.bySerials`, { n: select.serials.length });
    case 'event':
      return t(`${WORDS}.ofEvent`, { event: select.event });
  }
}

function Hubs({ hubs, t }: { hubs: RevocationPreview['hubs']; t: Page['t'] }) {
  return (
    <section aria-labelledby="hubs">
      <SectionHead
        flush={hubs.length > 0}
        id="hubs"
        title={t(`${WORDS}.hubs`)}
        note={t(`${WORDS}.hubsHelp`)}
      />
      {hubs.length === 0 ? (
        <p className="meta">{t(`${WORDS}.noHubs`)}</p>
      ) : (
        <Table heads={['colHub', 'colAccess', 'colPeople'].map((key) => t(`${WORDS}.${key}`))}>
          {hubs.map((hub) => (
            <Row key={hub.name}>
              <RowHead>
                <span className="mono">{hub.name}</span>
              </RowHead>
              <Cell label={t(`${WORDS}.colAccess`)}>{t(`${WORDS}.access.${hub.access}`)}</Cell>
              <Cell label={t(`${WORDS}.colPeople`)}>{hub.people}</Cell>
            </Row>
          ))}
        </Table>
      )}
    </section>
  );
}

function Certificates({ preview, page }: { preview: RevocationPreview; page: Page }) {
  const { t, ctx, locale } = page;
  const now = ctx.now();
  const { certificates, count } = preview;
  return (
    <section className="section" aria-labelledby="certificates">
      <SectionHead flush id="certificates" title={t(`${WORDS}.certificates`)} />
      <Table
        className="dense-table rows q listing"
        heads={[
          t(`${WORDS}.colState`),
          t('admin.certificates.colName'),
          t('admin.certificates.colDevice'),
          [t('admin.certificates.colEnds'), 'c-when'],
          t('admin.certificates.colSerial'),
        ]}
      >
        {certificates.map((one) => (
          <Row key={one.serial}>
            <td role="cell" className="finding">
              <State kind={one.onHold || one.sibling ? 'warn' : 'bad'}>
                {t(`${WORDS}.${one.sibling ? 'sibling' : one.onHold ? 'onHold' : 'willGo'}`)}
              </State>
            </td>
            <RowHead className="cell-cn">
              <a className="cn" href={`/admin/certificates/${one.serial}`}>
                {one.commonName}
              </a>
            </RowHead>
            <td role="cell" className="cell-device" data-l={t('admin.certificates.colDevice')}>
              <span className="quiet break">{one.label ?? t('admin.common.none')}</span>
            </td>
            <td role="cell" className="age">
              <Time at={one.notAfter} now={now} locale={locale} />
            </td>
            <td role="cell" className="cell-serial">
              <span className="id">
                {one.serial
                  .slice(0, 16)
                  .match(/.{1,4}/gu)
                  ?.join(' ')}{' '}
                …
              </span>
            </td>
          </Row>
        ))}
      </Table>
      {count > certificates.length ? (
        <p className="meta">{t(`${WORDS}.more`, { n: count - certificates.length })}</p>
      ) : null}
    </section>
  );
}
