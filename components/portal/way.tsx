import type { Translate } from '#lib/ctx';
import type { RequestState } from '#lib/requests/states';

import { LinkButton } from '../ui/button';
import { Steps, type Step } from '../ui/steps';
import { Time } from '../ui/time';
import { slot, Words } from '../ui/words';

/** How far this visitor has come, as far as the browser tells. */
export type WayFacts = {
  caName: string;
  /** The gate's certificate is publicly trusted: there is nothing to install. */
  publicRoot: boolean;
  /** When this browser last passed the trust test. */
  trustedAt: string | null;
  /** The newest request that was sent from here. */
  request: {
    id: string;
    state: RequestState;
    /** When its certificate was picked up, and when the gate first accepted it. */
    fetchedAt: string | null;
    seenAt: string | null;
  } | null;
  hasCertificate: boolean;
  /** The gate accepts the certificate that was shown. */
  accepted: boolean;
  /** The gate has accepted the newest request's certificate before, wherever that was shown. */
  seen: boolean;
  /** Where requests are made: empty on the portal's own name. */
  origin: string;
};

/** The three steps to a hub, with their state for this visitor. */
export function Way({ facts, now, locale, t }: { facts: WayFacts; now: Date; locale: string; t: Translate }) {
  const trusted = facts.publicRoot || facts.trustedAt !== null || facts.accepted;
  const waiting =
    facts.request !== null && ['SUBMITTED', 'APPROVED', 'SIGNING'].includes(facts.request.state);
  const at = facts.accepted ? 2 : facts.hasCertificate ? 2 : trusted || waiting ? 1 : 0;
  const done = [trusted, facts.hasCertificate, facts.accepted || facts.seen];
  const state = (index: number): Pick<Step, 'state' | 'word'> => {
    if (done[index] === true) return { state: 'done', word: t('home.done') };
    return index === at ? { state: 'at', word: t('home.at') } : { state: 'todo', word: t('home.later') };
  };
  return (
    <Steps
      label={t('home.steps')}
      steps={[
        {
          key: 'trust',
          title: t('home.trust.title'),
          ...state(0),
          children: <Trust facts={facts} trusted={trusted} now={now} locale={locale} t={t} />,
        },
        {
          key: 'get',
          title: t('home.get.title'),
          ...state(1),
          children: <Get facts={facts} at={at === 1} t={t} />,
        },
        {
          key: 'enter',
          title: t('home.enter.title'),
          ...state(2),
          children: <Enter facts={facts} at={at === 2} now={now} locale={locale} t={t} />,
        },
      ]}
    />
  );
}

function Trust({
  facts,
  trusted,
  now,
  locale,
  t,
}: {
  facts: WayFacts;
  trusted: boolean;
  now: Date;
  locale: string;
  t: Translate;
}) {
  if (facts.publicRoot) return <p>{t('home.trust.publicText')}</p>;
  if (trusted) {
    return (
      <>
        {facts.trustedAt ? (
          <p>
            <Words
              text={t('home.trust.doneText', { ca: facts.caName, when: slot('when') })}
              slots={{ when: <Time at={facts.trustedAt} now={now} locale={locale} /> }}
            />
          </p>
        ) : null}
        <p>
          <a href="/ca">{t('home.trust.compare')}</a>
        </p>
      </>
    );
  }
  return (
    <>
      <p>{t('home.trust.text')}</p>
      <div className="actions">
        <LinkButton look="primary" href="/ca">
          {t('home.trust.action')}
        </LinkButton>
      </div>
    </>
  );
}

function Get({ facts, at, t }: { facts: WayFacts; at: boolean; t: Translate }) {
  const { request, origin } = facts;
  if (request && ['SUBMITTED', 'APPROVED', 'SIGNING'].includes(request.state)) {
    return (
      <>
        <p>
          {t(request.state === 'SUBMITTED' ? 'home.get.waiting' : 'home.get.approved', { id: request.id })}
        </p>
        <div className="actions">
          <LinkButton look={at ? 'primary' : 'plain'} href={`${origin}/certs/requests/${request.id}`}>
            {t('home.get.see')}
          </LinkButton>
        </div>
      </>
    );
  }
  if (facts.hasCertificate) {
    return (
      <>
        <p>{t('home.get.doneText')}</p>
        <p>
          <a href={`${origin}/certs`}>{t('home.get.mine')}</a>
        </p>
      </>
    );
  }
  return (
    <>
      <p>{t('home.get.text')}</p>
      <div className="actions">
        <LinkButton look={at ? 'primary' : 'plain'} href={`${origin}/certs/new`}>
          {t('home.get.action')}
        </LinkButton>
        {at ? (
          <LinkButton look="quiet" href={`${origin}/certs/new?way=paste`}>
            {t('home.get.csr')}
          </LinkButton>
        ) : null}
      </div>
    </>
  );
}

function Enter({
  facts,
  at,
  now,
  locale,
  t,
}: {
  facts: WayFacts;
  at: boolean;
  now: Date;
  locale: string;
  t: Translate;
}) {
  const { request, origin } = facts;
  if (facts.accepted) {
    return (
      <>
        <p>{t('home.enter.doneText')}</p>
        <p>
          <a href="/status/cert-check">{t('home.enter.again')}</a>
        </p>
      </>
    );
  }
  if (request !== null && request.seenAt !== null) {
    return (
      <>
        <p>
          <Words
            text={t('home.enter.seenText', { when: slot('when') })}
            slots={{ when: <Time at={request.seenAt} now={now} locale={locale} /> }}
          />
        </p>
        <p>
          <a href={`${origin}/status`}>{t('home.enter.again')}</a>
        </p>
      </>
    );
  }
  const ready = request?.state === 'ISSUED';
  const fetched = ready && request.fetchedAt !== null;
  const text = !at || !ready ? 'home.enter.text' : fetched ? 'home.enter.fetched' : 'home.get.issued';
  return (
    <>
      <p>{t(text)}</p>
      {at ? (
        <div className="actions">
          {fetched ? (
            <LinkButton look="primary" href={`${origin}/status`}>
              {t('home.enter.checkAction')}
            </LinkButton>
          ) : null}
          {ready ? (
            <LinkButton look={fetched ? 'quiet' : 'primary'} href={`${origin}/certs/requests/${request.id}`}>
              {t(fetched ? 'home.enter.importAction' : 'home.get.pickUp')}
            </LinkButton>
          ) : null}
          {fetched ? null : (
            <LinkButton look="quiet" href={`${origin}/status`}>
              {t('home.enter.checkAction')}
            </LinkButton>
          )}
        </div>
      ) : (
        <p>
          <a href={`${origin}/status`}>{t('home.enter.check')}</a>
        </p>
      )}
    </>
  );
}
