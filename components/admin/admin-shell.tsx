import type { ReactNode } from 'react';

import type { Translate } from '#lib/ctx';

import { Band } from '#components/portal/band';
import { Brand } from '#components/portal/brand';
import { Footer, type FooterFacts } from '#components/portal/footer';
import { Icon } from '#components/ui/icon';
import { State } from '#components/ui/state';
import { TimeKeeper } from '#components/ui/time-keeper';

export const ADMIN_PLACES = ['queue', 'certificates', 'events', 'hubs', 'people', 'audit', 'ca'] as const;
export type AdminPlace = (typeof ADMIN_PLACES)[number];

const PATHS: Record<AdminPlace, string> = {
  queue: '/admin',
  certificates: '/admin/certificates',
  events: '/admin/events',
  hubs: '/admin/hubs',
  people: '/admin/people',
  audit: '/admin/audit',
  ca: '/admin/ca',
};

const SIGNER_LOOK = {
  unlocked: { kind: 'ok', icon: 'unlock' },
  locked: { kind: 'warn', icon: 'lock' },
  down: { kind: 'bad', icon: 'bad' },
} as const;

export type AdminShellProps = {
  t: Translate;
  locale: string;
  organisation: string;
  unit: string;
  evaluation: boolean;
  demo: boolean;
  at: AdminPlace | null;
  /** The places that this person's roles open. */
  places: readonly AdminPlace[];
  /** Requests that wait for a decision. */
  waiting: number;
  /** Registration files with problems. */
  hubProblems: number;
  signer: keyof typeof SIGNER_LOOK;
  person: string;
  /** Whether "First steps" belongs at the foot. */
  firstSteps: boolean;
  footer: FooterFacts;
  signOut: (form: FormData) => Promise<void>;
  children: ReactNode;
};

/** Band, header with navigation and the signer's state, the page, footer. */
export function AdminShell(props: AdminShellProps) {
  const { t, locale, children } = props;
  return (
    <div className="admin">
      <a className="skip" href="#main">
        {t('common.skip')}
      </a>
      <header className="top">
        <Band evaluation={props.evaluation} demo={props.demo} t={t} />
        <div className="top-in">
          <Brand href="/" organisation={props.organisation} line={t('admin.brand', { unit: props.unit })} />
          <nav className="nav" aria-label={t('admin.nav.label')}>
            <Places {...props} />
          </nav>
          <div className="who">
            <Who {...props} />
          </div>
          <details className="menu">
            <summary>
              <Icon name="menu" />
              {t('admin.nav.menu')}
            </summary>
            <nav aria-label={t('admin.nav.label')}>
              <Places {...props} />
              <span className="menu-who">
                <Who {...props} />
              </span>
            </nav>
          </details>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
        {props.firstSteps ? (
          <p className="meta first-steps-link">
            <a href="/admin/first-steps">{t('admin.nav.firstSteps')}</a>
          </p>
        ) : null}
      </main>
      <Footer facts={props.footer} origin="" locale={locale} t={t} />
      <TimeKeeper locale={locale} />
    </div>
  );
}

function Places({ places, at, waiting, hubProblems, t }: AdminShellProps) {
  return places.map((place) => {
    const count = place === 'queue' ? waiting : place === 'hubs' ? hubProblems : 0;
    const meaning = t(place === 'queue' ? 'admin.nav.waiting' : 'admin.nav.problems', { n: count });
    return (
      <a key={place} href={PATHS[place]} aria-current={place === at ? 'page' : undefined}>
        {t(`admin.nav.${place}`)}
        {count > 0 ? (
          <>
            <span className={place === 'hubs' ? 'count count-warn' : 'count'} aria-hidden="true">
              {count}
            </span>
            <span className="vh">{meaning}</span>
          </>
        ) : null}
      </a>
    );
  });
}

function Who({ signer, person, signOut, t }: AdminShellProps) {
  const look = SIGNER_LOOK[signer];
  return (
    <>
      <a className="signer-link" href="/admin/signing">
        <State kind={look.kind} icon={look.icon}>
          {t(`admin.signer.${signer}`)}
        </State>
      </a>
      <span>
        <Icon name="person" />
        <a href="/account">
          <b>{person}</b>
        </a>
      </span>
      <form action={signOut}>
        <button type="submit" className="link-button">
          {t('admin.nav.signOut')}
        </button>
      </form>
    </>
  );
}
