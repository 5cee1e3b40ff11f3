import type { Page } from '#lib/http/page';
import type { SignerView } from '#lib/onboarding/signer-view';

import { SectionHead } from '#components/ui/section-head';
import { State } from '#components/ui/state';
import { Time } from '#components/ui/time';

const DAY_MS = 86_400_000;
/** As in lib/certificates/ca-alarms.ts. */
const SOON_DAYS = 7;
const KIND = { fresh: 'ok', soon: 'warn', ended: 'bad', missing: 'off' } as const;
const WORD = { fresh: 'ocspFresh', soon: 'ocspSoon', ended: 'ocspEnded', missing: 'ocspMissing' } as const;

/** Who answers OCSP for the signing CA, for how long, and whether certificates say so. */
export function OcspSection({ page, signer }: { page: Page; signer: SignerView }) {
  const { t, ctx, locale } = page;
  const { status } = signer;
  const now = ctx.now();
  const responder = status?.responders.find(({ caKeyId }) => caKeyId === status.caKeyId);
  const left = responder === undefined ? 0 : (Date.parse(responder.notAfter) - now.getTime()) / DAY_MS;
  const state =
    responder === undefined ? 'missing' : left <= 0 ? 'ended' : left <= SOON_DAYS ? 'soon' : 'fresh';
  return (
    <section className="section" aria-labelledby="ocsp">
      <SectionHead id="ocsp" title={t('admin.ca.ocsp')} />
      <dl className="kv">
        <div className="kv-row">
          <dt>{t('admin.ca.ocspState')}</dt>
          <dd>
            {status === null ? (
              <State kind="off">{t('admin.ca.unknown')}</State>
            ) : (
              <State kind={KIND[state]}>{t(`admin.ca.${WORD[state]}`)}</State>
            )}
          </dd>
        </div>
        {responder === undefined ? null : (
          <div className="kv-row">
            <dt>{t('admin.ca.ocspUntil')}</dt>
            <dd>
              <Time at={responder.notAfter} now={now} locale={locale} />
              <span className="step-detail">{t('admin.ca.ocspRenewed')}</span>
            </dd>
          </div>
        )}
        {status === null ? null : (
          <div className="kv-row">
            <dt>{t('admin.ca.ocspAddress')}</dt>
            <dd>
              {status.ocspUrl === undefined ? (
                t('admin.ca.ocspNoAddress')
              ) : (
                <span className="mono">{status.ocspUrl}</span>
              )}
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
