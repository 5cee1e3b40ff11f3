import type { Metadata } from 'next';

import { OwnRevoke, type RevokeCase } from '#components/certs/own-revoke';
import { OwnWays } from '#components/certs/own-ways';
import { Empty } from '#components/ui/empty';
import { PageHead } from '#components/ui/page-head';
import { SectionHead } from '#components/ui/section-head';
import { State } from '#components/ui/state';
import { Time } from '#components/ui/time';
import { slot, Words } from '#components/ui/words';
import { wordsOf } from '#components/ui/words-of';
import { listOwnCertificates, type OwnCertificate } from '#lib/certificates/list-own-certificates';
import { isHubgateError } from '#lib/errors';
import { openPage, type Page } from '#lib/http/page';
import { isOneName } from '#lib/http/site';

import { PortalPage } from '../../../portal-page';
import { revokeOwn } from './actions';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('certs.revoke.title') };
}

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const HERE = '/certs/revoke';
const CASES: readonly RevokeCase[] = ['lost', 'exposed', 'replaced', 'unused'];

/** What this browser has shown to be its visitor's own, to choose from and revoke. */
export default async function RevokePage({ searchParams }: Search) {
  const page = await openPage();
  const { t } = page;
  const own = await ownCertificates(page);
  const wanted = (await searchParams)['serial'];
  const crumb = <a href="/certs">{t('certs.revoke.crumb')}</a>;
  if (own === null) {
    return (
      <PortalPage page={page} at="certs">
        <PageHead
          crumb={crumb}
          icon="lock"
          kind="wait"
          title={t('certs.revoke.noneTitle')}
          lede={t('certs.revoke.noneLede')}
        />
        <Ways page={page} heading="h2" />
      </PortalPage>
    );
  }
  return (
    <PortalPage page={page} at="certs">
      <PageHead
        crumb={crumb}
        title={t('certs.revoke.title')}
        lede={
          page.mailbox === null
            ? t('certs.revoke.lede')
            : t('certs.revoke.ledeMailbox', { email: page.mailbox })
        }
      />
      <div className="narrow">
        <OwnRevoke
          action={revokeOwn}
          nothing={<Empty title={t('certs.revoke.nothing')}>{t('certs.revoke.nothingText')}</Empty>}
          choices={own.map((one) => ({
            serial: one.serial,
            name:
              one.label === null
                ? t('certs.revoke.noLabel', { name: one.commonName })
                : t('certs.revoke.named', { label: one.label, name: one.commonName }),
            facts: <Facts one={one} page={page} />,
          }))}
          preset={own.map((one) => one.serial).filter((serial) => serial === wanted)}
          here={HERE}
          words={{
            ...wordsOf(
              t,
              'certs.revoke',
              [
                'which',
                'why',
                'continue',
                'waiting',
                'confirmTitle',
                'confirmText',
                'submitOne',
                'submitMany',
                'alongText',
                'keyText',
                'back',
                'doneTitle',
                'doneText',
                'doneKey',
                'newCertificate',
                'toList',
              ],
              ['n'],
            ),
            cases: CASES.map((value) => ({
              value,
              title: t(`certs.revoke.case.${value}`),
              text: t(`certs.revoke.case.${value}Text`),
            })),
          }}
        />
      </div>
      <section className="section" aria-labelledby="other">
        <SectionHead id="other" title={t('certs.revoke.other')} note={t('certs.revoke.ways')} />
        <Ways page={page} heading="h3" />
      </section>
    </PortalPage>
  );
}

/** Null where this browser has shown nothing yet. */
async function ownCertificates(page: Page): Promise<OwnCertificate[] | null> {
  try {
    return await listOwnCertificates(page.asOwner);
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'auth.required') return null;
    throw thrown;
  }
}

function Facts({ one, page: { t, locale, ctx, visitor } }: { one: OwnCertificate; page: Page }) {
  const now = ctx.now();
  const shown = visitor.accepted && visitor.certificate?.serial === one.serial;
  return (
    <>
      <span className="mono break">{(one.serial.match(/.{1,4}/gu) ?? []).join(' ')}</span>
      <span>
        {one.keyLabel},{' '}
        <Words
          text={t('certs.revoke.from', { from: slot('from'), until: slot('until') })}
          slots={{
            from: <Time at={one.notBefore} now={now} locale={locale} />,
            until: <Time at={one.notAfter} now={now} locale={locale} />,
          }}
        />
        {shown ? `, ${t('certs.revoke.shownHere')}` : null}
      </span>
      {one.onHold ? <State kind="warn">{t('common.certState.HELD')}</State> : null}
    </>
  );
}

function Ways({ page, heading }: { page: Page; heading: 'h2' | 'h3' }) {
  const { t, config, site } = page;
  return (
    <OwnWays
      mail={config.mail.transport !== 'none'}
      contact={config.site.contact}
      // With one name the certificate is shown here already, or not at all.
      handOver={!isOneName(config) && site !== 'gate' ? `/auth/certificate/start?next=${HERE}` : null}
      heading={heading}
      t={t}
    />
  );
}
