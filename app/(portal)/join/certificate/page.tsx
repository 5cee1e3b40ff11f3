import type { Metadata } from 'next';

import { RequestWizard } from '#components/certs/request-wizard';
import type { Way } from '#components/certs/wizard-state';
import { LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { OptionLinks } from '#components/ui/options';
import { PageHead } from '#components/ui/page-head';
import { Trail } from '#components/ui/steps';
import { Time } from '#components/ui/time';
import { Words, slot } from '#components/ui/words';
import { isHubgateError } from '#lib/errors';
import { viewInvitation, type InvitationView } from '#lib/events/find-invitation';
import { errorText } from '#lib/http/error-text';
import { openedInvitation } from '#lib/http/invitation-cookie';
import { openPage, type Page } from '#lib/http/page';

import { PortalPage } from '../../../portal-page';
import { wizardFacts, wizardWords } from '../../certs/wizard-setting';
import { trustSeen } from '../../trust-seen';
import { requestInvited } from '../actions';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('events.join.title') };
}

const WAYS = ['browser', 'paste', 'upload'] as const satisfies readonly Way[];

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** A participant's way from the invitation to the certificate, for the browser that opened the link. */
export default async function JoinCertificatePage({ searchParams }: Search) {
  const page = await openPage();
  const hint = await trustSeen(page);
  const place = await load(page, hint !== null);
  if ('problem' in place) return <Gone page={page} text={place.problem} />;
  const { view } = place;
  if (page.ctx.now() < new Date(view.startsAt)) return <Early page={page} view={view} />;
  const { t, ctx, config, locale } = page;
  const asked = (await searchParams)['way'];
  const way = WAYS.find((known) => known === asked) ?? WAYS[0];
  const used = view.requestId !== null;
  const trusted = used || hint !== null || config.trust.root === 'public' || config.trust.enforce === 'off';
  return (
    <PortalPage page={page} at="certs">
      <PageHead
        title={t('events.join.place', { event: view.event })}
        lede={used ? undefined : t('events.join.placeLede', { commonName: view.commonName })}
      />
      <Trail
        label={t('events.join.progress')}
        done={t('common.done')}
        at={1}
        steps={['trail1', 'trail2', 'trail3', 'trail4'].map((key) => t(`events.join.${key}`))}
      />
      <dl className="kv section">
        <div className="kv-row">
          <dt>{t('events.join.until')}</dt>
          <dd>
            <Time at={view.endsAt} now={ctx.now()} locale={locale} />
          </dd>
        </div>
        <div className="kv-row">
          <dt>{t('events.join.organiser')}</dt>
          <dd>{view.organiser.replace(/^\w+:/u, '')}</dd>
        </div>
      </dl>
      {trusted ? null : (
        <Callout kind="warn">
          <p>
            <Words
              text={t('events.join.untrusted', { link: slot('link') })}
              slots={{ link: <a href="/ca">{t('events.join.untrustedLink')}</a> }}
            />
          </p>
        </Callout>
      )}
      <div className="section wizard">
        <Wizard page={page} view={view} way={way} />
      </div>
    </PortalPage>
  );
}

/**
 * Stays in its place once the invitation is used: setting the cookie renders the page anew, and what was
 * sent just now shows its pick-up link this once.
 */
function Wizard({ page, view, way }: { page: Page; view: InvitationView; way: Way }) {
  const { t, config } = page;
  const words = { ...wizardWords(page, config.pki.userDays), nameFromAccount: t('events.join.nameHelp') };
  return (
    <RequestWizard
      key={way}
      way={way}
      server={false}
      action={requestInvited}
      words={words}
      ways={
        <OptionLinks
          label={t('certs.new.ways')}
          value={way}
          options={WAYS.map((value) => ({
            value,
            href: `/join/certificate?way=${value}`,
            title: t(`certs.new.way.${value}`),
            text: t(`certs.new.way.${value}Text`),
          }))}
        />
      }
      over={view.requestId === null ? null : <Used page={page} requestId={view.requestId} />}
      trustProof={page.trustProof}
      facts={{
        ...wizardFacts(page, { account: view.commonName, login: null, email: null }),
        invited: true,
      }}
    />
  );
}

async function load(page: Page, trusted: boolean): Promise<{ view: InvitationView } | { problem: string }> {
  const opened = await openedInvitation(page.ctx.now());
  if (opened === null) return { problem: page.t('events.join.none') };
  try {
    return { view: await viewInvitation(page.ctx, { ...opened, trusted }) };
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    return { problem: errorText(page.locale, thrown).advice };
  }
}

function Gone({ page, text }: { page: Page; text: string }) {
  const { t } = page;
  return (
    <PortalPage page={page} at="certs">
      <PageHead kind="warn" title={t('events.join.goneTitle')} lede={text} />
      <p className="actions">
        <LinkButton look="primary" href="/join">
          {t('events.join.open')}
        </LinkButton>
      </p>
    </PortalPage>
  );
}

/** Where the form was: the invitation is used. */
function Used({ page, requestId }: { page: Page; requestId: string }) {
  const { t } = page;
  const mine = page.requestIds.includes(requestId);
  return (
    <>
      <h2>{t('events.join.usedTitle')}</h2>
      <p>{t(mine ? 'events.join.usedLede' : 'events.join.usedElsewhere')}</p>
      {mine ? (
        <p className="actions">
          <LinkButton look="primary" href={`/certs/requests/${requestId}`}>
            {t('events.join.toRequest')}
          </LinkButton>
        </p>
      ) : null}
    </>
  );
}

function Early({ page, view }: { page: Page; view: InvitationView }) {
  const { t, ctx, locale } = page;
  return (
    <PortalPage page={page} at="certs">
      <PageHead
        kind="wait"
        title={t('events.join.earlyTitle', { event: view.event })}
        lede={
          <Words
            text={t('events.join.earlyLede', { when: slot('when') })}
            slots={{ when: <Time at={view.startsAt} now={ctx.now()} locale={locale} /> }}
          />
        }
      />
      <p className="actions">
        <LinkButton look="primary" href="/ca">
          {t('events.join.toCa')}
        </LinkButton>
      </p>
    </PortalPage>
  );
}
