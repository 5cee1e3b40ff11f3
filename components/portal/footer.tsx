import type { Translate } from '#lib/ctx';

import { Time } from '../ui/time';

export type FooterFacts = {
  /** E-mail address or a sentence; empty when the centre named none. */
  contact: string;
  /** Hex; null before the CA exists. */
  rootFingerprint: string | null;
  /** When the CRL in use was made. */
  crlUpdatedAt: string | null;
  version: string;
  /** This page in each language; empty where there is but one. */
  languages: readonly { locale: string; name: string; href: string }[];
  now: Date;
};

/** Who answers questions, the root's fingerprint, where the API is. */
export function Footer({
  facts,
  origin,
  locale,
  t,
}: {
  facts: FooterFacts;
  origin: string;
  locale: string;
  t: Translate;
}) {
  const { contact, rootFingerprint, crlUpdatedAt, version, languages, now } = facts;
  const start = rootFingerprint?.slice(0, 16).match(/.{4}/gu)?.join(' ');
  return (
    <footer className="bottom">
      <div className="bottom-in">
        <p>
          {contact ? (
            <>
              {t('common.footer.questions')}{' '}
              {contact.includes('@') && !contact.includes(' ') ? (
                <a href={`mailto:${contact}`}>{contact}</a>
              ) : (
                contact
              )}
              . {t('common.footer.never')}
            </>
          ) : (
            t('common.footer.neverAlone')
          )}
        </p>
        <dl>
          {start ? (
            <>
              <dt>{t('common.footer.rootCa')}</dt>
              <dd className="break">
                <span className="mono">{start} …</span>{' '}
                <a href={`${origin}/ca`}>{t('common.footer.compare')}</a>
              </dd>
            </>
          ) : null}
          {crlUpdatedAt ? (
            <>
              <dt>{t('common.footer.crl')}</dt>
              <dd>
                <Time at={crlUpdatedAt} now={now} locale={locale} />
              </dd>
            </>
          ) : null}
        </dl>
        <p>
          <a href={`${origin}/api/v1/openapi.json`}>{t('common.footer.api')}</a>
          <br />
          Hubgate {version}
        </p>
        {languages.length > 0 ? (
          <nav aria-label={t('common.language.label')} className="languages">
            {languages.map((one) => (
              <a
                key={one.locale}
                href={one.href}
                hrefLang={one.locale}
                lang={one.locale}
                rel="nofollow"
                aria-current={one.locale === locale ? 'true' : undefined}
              >
                {one.name}
              </a>
            ))}
          </nav>
        ) : null}
      </div>
    </footer>
  );
}
