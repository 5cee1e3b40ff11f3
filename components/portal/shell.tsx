import type { ReactNode } from 'react';

import type { Translate } from '#lib/ctx';

import { Icon } from '../ui/icon';
import { State } from '../ui/state';
import { TimeKeeper } from '../ui/time-keeper';
import { Band } from './band';
import { Brand } from './brand';
import { Footer, type FooterFacts } from './footer';

export const PLACES = ['home', 'ca', 'certs', 'check', 'hubs'] as const;
export type Place = (typeof PLACES)[number];

export type NavLink = { href: string; word: string; current: boolean };

export type ShellProps = {
  t: Translate;
  locale: string;
  siteName: string;
  organisation: string;
  unit: string;
  evaluation: boolean;
  demo: boolean;
  /** Which page this is; null for pages outside the five. */
  at: Place | null;
  /** Absolute origin of the links, empty for the same origin (the gate's refusal page needs it). */
  origin: string;
  /** The certificate that came with this request, if one was shown. */
  shown: { commonName: string; accepted: boolean } | null;
  /** Signed in: name, and whether the administration is open to them. */
  person: { name: string; admin: boolean } | null;
  footer: FooterFacts;
  children: ReactNode;
};

const PATHS: Record<Place, string> = {
  home: '/',
  ca: '/ca',
  certs: '/certs',
  check: '/status',
  hubs: '/hubs',
};

/** Band, header with navigation, the page, footer. Everything but the time keeper is plain HTML. */
export function Shell(props: ShellProps) {
  const { t, locale, at, origin, children } = props;
  const links: NavLink[] = PLACES.map((place) => ({
    href: origin + PATHS[place],
    word: t(`common.nav.${place}`),
    current: place === at,
  }));
  return (
    <>
      <a className="skip" href="#main">
        {t('common.skip')}
      </a>
      <header className="top">
        <Band evaluation={props.evaluation} demo={props.demo} t={t} />
        <div className="top-in">
          <Brand
            href={`${origin}/`}
            organisation={props.organisation}
            line={`${props.unit} · ${t('common.tagline')}`}
          />
          <nav className="nav" aria-label={t('common.nav.label')}>
            <NavLinks links={links} />
          </nav>
          <div className="who">
            <Who {...props} />
          </div>
          <details className="menu">
            <summary>
              <Icon name="menu" />
              {t('common.nav.menu')}
            </summary>
            <nav aria-label={t('common.nav.label')}>
              <NavLinks links={links} />
              <span className="menu-who">
                <Who {...props} />
              </span>
            </nav>
          </details>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Footer facts={props.footer} origin={origin} locale={locale} t={t} />
      <TimeKeeper locale={locale} />
    </>
  );
}

function NavLinks({ links }: { links: readonly NavLink[] }) {
  return links.map(({ href, word, current }) => (
    <a key={href} href={href} aria-current={current ? 'page' : undefined}>
      {word}
    </a>
  ));
}

function Who({ shown, person, origin, t }: ShellProps) {
  return (
    <>
      {shown ? <State kind={shown.accepted ? 'ok' : 'bad'}>{shown.commonName}</State> : null}
      {person ? (
        <span>
          <Icon name="person" />
          {person.admin ? <a href={`${origin}/admin`}>{t('common.who.admin')}</a> : null}
          <a href={`${origin}/account`}>
            <b>{person.name}</b>
          </a>
        </span>
      ) : (
        <a href={`${origin}/sign-in`}>{t('common.who.signIn')}</a>
      )}
    </>
  );
}
