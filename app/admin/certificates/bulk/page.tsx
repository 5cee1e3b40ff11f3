/** Revokes many certificates: first which and why, then how many, whose and which hubs, then the number typed. */
import { previewRevocation } from '#lib/certificates/preview-revocation';
import { OPERATOR_REASONS } from '#lib/certificates/revocation-reasons';
import type { CertificateSelect } from '#lib/certificates/revoke-body';
import { requirePage, type Page } from '#lib/http/page';

import { Button } from '#components/ui/button';
import { Field, SelectField } from '#components/ui/field';
import { PageHead } from '#components/ui/page-head';

import { AdminFrame } from '../../admin-frame';
import { one, withQuery, type Query } from '../../search-params';
import { adminTitle } from '../../title';
import { BulkPreview } from './preview';
import { readSelect, selectFields } from './read-select';

const HERE = '/admin/certificates/bulk';

export const generateMetadata = () => adminTitle('admin.certificates.bulk.page');

type Reason = (typeof OPERATOR_REASONS)[number];

export default async function BulkRevokePage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const page = await requirePage('certificates.revoke', withQuery(HERE, query, {}));
  const { t, ctx } = page;
  const select = readSelect(query);
  const reason = OPERATOR_REASONS.find((known) => known === one(query, 'reason')) ?? 'affiliationChanged';
  const crumb = <a href="/admin/certificates">{t('admin.certificates.page')}</a>;
  if (select === null) {
    return (
      <AdminFrame page={page} at="certificates">
        <PageHead
          crumb={crumb}
          title={t('admin.certificates.bulk.title')}
          lede={t('admin.certificates.bulk.lede')}
        />
        <div className="narrow">
          <Wish query={query} reason={reason} t={t} />
        </div>
      </AdminFrame>
    );
  }
  const preview = await previewRevocation(ctx, { select, reason });
  return (
    <AdminFrame page={page} at="certificates">
      <BulkPreview
        page={page}
        crumb={crumb}
        preview={preview}
        select={select}
        reason={reason}
        here={hereWith(select, reason)}
        reasonForm={<ReasonForm select={select} reason={reason} t={t} />}
      />
    </AdminFrame>
  );
}

function hereWith(select: CertificateSelect, reason: Reason): string {
  return `${HERE}?${new URLSearchParams([...selectFields(select), ['reason', reason]])}`;
}

/** Which certificates, and why. One form per way to name them: an address each, and no script needed. */
function Wish({ query, reason, t }: { query: Query; reason: Reason; t: Page['t'] }) {
  const word = (key: string) => t(`admin.certificates.bulk.${key}`);
  return (
    <div className="stack">
      {(['person', 'key'] as const).map((by) => (
        <form
          key={by}
          method="get"
          action={HERE}
          className="panel"
          aria-label={word(by === 'person' ? 'byPerson' : 'byKey')}
        >
          <h2>{word(by === 'person' ? 'byPerson' : 'byKey')}</h2>
          <div className="panel-body stack">
            <input type="hidden" name="by" value={by} />
            <Field
              dense
              mono
              id={by}
              name={by}
              maxLength={254}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              label={word(by === 'person' ? 'byPersonField' : 'byKeyField')}
              help={word(by === 'person' ? 'byPersonHelp' : 'byKeyHelp')}
              error={
                one(query, 'by') === by && one(query, by) !== ''
                  ? word(by === 'person' ? 'byPersonWrong' : 'byKeyWrong')
                  : undefined
              }
              defaultValue={one(query, by)}
              required
            />
            <Reasons id={`reason-${by}`} reason={reason} t={t} />
            <p className="actions">
              <Button type="submit">{word('show')}</Button>
            </p>
          </div>
        </form>
      ))}
    </div>
  );
}

/** Another reason may be another number: a compromised key takes others along. */
function ReasonForm({ select, reason, t }: { select: CertificateSelect; reason: Reason; t: Page['t'] }) {
  return (
    <form method="get" action={HERE} className="panel-body">
      {selectFields(select).map(([name, value]) => (
        <input key={`${name} ${value}`} type="hidden" name={name} value={value} />
      ))}
      <Reasons id="reason" reason={reason} t={t} />
      <p className="actions">
        <Button type="submit" small>
          {t('admin.certificates.bulk.again')}
        </Button>
      </p>
    </form>
  );
}

function Reasons({ id, reason, t }: { id: string; reason: Reason; t: Page['t'] }) {
  return (
    <SelectField
      dense
      id={id}
      name="reason"
      label={t('admin.certificates.bulk.reason')}
      defaultValue={reason}
    >
      {OPERATOR_REASONS.map((value) => (
        <option key={value} value={value}>
          {t(`admin.certificates.reason.${value}`)}
        </option>
      ))}
    </SelectField>
  );
}
