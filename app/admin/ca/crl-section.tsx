/** The revocation lists: one of each signing CA that is still needed, and the root's. */
import type { Page } from '#lib/http/page';
import type { SignerView } from '#lib/onboarding/signer-view';
import type { BothCas } from '#lib/trust/ca-facts';

import { SectionHead } from '#components/ui/section-head';
import { State } from '#components/ui/state';
import { Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';

/** The alarm comes this long before the end of a CRL, so that a locked signer does not become an outage. */
export const CRL_SOON_MS = 7 * 86_400_000;

type CrlEnds = NonNullable<SignerView['status']>['crlEnds'];
type List = { list: CrlEnds[number]['list']; file: string; end: CrlEnds[number] | null };

export function CrlSection({ page, signer, cas }: { page: Page; signer: SignerView; cas: BothCas | null }) {
  const { t } = page;
  return (
    <section aria-labelledby="crls">
      <SectionHead flush id="crls" title={t('admin.ca.crls')} />
      <Table
        heads={[
          t('admin.ca.colList'),
          t('admin.ca.colState'),
          t('admin.ca.colIssued'),
          t('admin.ca.colUntil'),
          t('admin.ca.colDownload'),
        ]}
      >
        {listsOf(signer, cas).map((one) => (
          <ListRow key={one.file} page={page} one={one} unknown={signer.state === 'down'} />
        ))}
      </Table>
    </section>
  );
}

/** Rows for lists that are missing too: that is the worst that can be said of one. */
function listsOf({ status }: SignerView, cas: BothCas | null): List[] {
  const ends = status?.crlEnds ?? [];
  const needed = new Set(status?.formerKeys.map(({ keyId }) => keyId));
  const endOf = (list: List['list'], keyId?: string): List['end'] =>
    ends.find((end) => end.list === list && (keyId === undefined || end.keyId === keyId)) ?? null;
  return [
    { list: 'signing', file: `${cas?.signing.fileName ?? 'signing-ca'}.crl`, end: endOf('signing') },
    ...(cas?.former ?? [])
      .filter(({ keyId }) => needed.has(keyId))
      .map(({ keyId, fileName }): List => ({
        list: 'former',
        file: `${fileName}.crl`,
        end: endOf('former', keyId),
      })),
    { list: 'root', file: 'root-ca.crl', end: endOf('root') },
  ];
}

const KIND = { fresh: 'ok', soon: 'warn', ended: 'bad', missing: 'off' } as const;
const WORD = { fresh: 'crlFresh', soon: 'crlSoon', ended: 'crlEnded', missing: 'crlMissing' } as const;

function ListRow({ page, one, unknown }: { page: Page; one: List; unknown: boolean }) {
  const { t, ctx, locale } = page;
  const { list, file, end } = one;
  const now = ctx.now();
  const state = stateOf(end, now);
  const time = (at: string | undefined) =>
    at === undefined ? t('admin.request.nothing') : <Time at={at} now={now} locale={locale} />;
  return (
    <Row>
      <RowHead>
        {t(`admin.ca.${list}`)}
        {end === null ? null : <span className="step-detail">{t('admin.ca.number', { n: end.number })}</span>}
      </RowHead>
      <td role="cell" data-label={t('admin.ca.colState')}>
        <span>
          {unknown ? (
            <State kind="off">{t('admin.ca.unknown')}</State>
          ) : (
            <State kind={KIND[state]}>{t(`admin.ca.${WORD[state]}`)}</State>
          )}
        </span>
      </td>
      <td role="cell" data-label={t('admin.ca.colIssued')}>
        <span>{time(end?.thisUpdate)}</span>
      </td>
      <td role="cell" data-label={t('admin.ca.colUntil')}>
        <span>{time(end?.nextUpdate)}</span>
      </td>
      <td role="cell" data-label={t('admin.ca.colDownload')}>
        <span>
          <a href={`/crl/${file}`} download>
            {file}
          </a>
        </span>
      </td>
    </Row>
  );
}

function stateOf(end: List['end'], now: Date): keyof typeof KIND {
  if (end === null) return 'missing';
  const left = new Date(end.nextUpdate).getTime() - now.getTime();
  return left < 0 ? 'ended' : left < CRL_SOON_MS ? 'soon' : 'fresh';
}
