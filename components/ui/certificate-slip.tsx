import type { ReactNode } from 'react';

import type { Translate } from '#lib/ctx';

import { CopyButton } from './copy-button';
import { Comb, Fingerprint } from './fingerprint';
import { PlannedValidity, ValidityRuler } from './validity-ruler';

export type SlipProps = {
  /** "User certificate", "Root CA", … */
  kind: ReactNode;
  /** State or key at the right edge of the head. */
  end?: ReactNode;
  commonName: string;
  /** The rest of the subject, as people write it (RFC 4514). */
  rest?: string;
  email?: ReactNode;
  issuer: string;
  /** Lower-case hex. */
  serial?: string;
  /** `void`: revoked or on hold, so that the time left counts for nothing. */
  validity?: { notBefore: string; notAfter: string; void?: boolean } | { days: number };
  /** A certificate's or, on a draft, a key's SHA-256, in hex. */
  digest?: { label: string; hex: string } | undefined;
  /** Not issued yet. */
  draft?: boolean;
  now: Date;
  locale: string;
  t: Translate;
};

/** Subject, issuer, validity and fingerprint: the same in wizard, queue and check. */
export function CertificateSlip(props: SlipProps) {
  const { kind, end, commonName, rest, email, issuer, serial, validity, digest, draft, now, locale, t } =
    props;
  return (
    <article
      className={draft ? 'slip is-draft' : 'slip'}
      aria-label={t(draft ? 'common.slip.draftOf' : 'common.slip.of', { name: commonName })}
    >
      <header className="slip-head">
        <span>{kind}</span>
        {end ? <span>{end}</span> : null}
      </header>
      <div className="slip-body">
        <dl className="slip-names">
          <div>
            <dt>{t('common.slip.subject')}</dt>
            <dd>
              <span className="cn">{commonName}</span>
              {rest ? <span className="dn">{rest}</span> : null}
            </dd>
          </div>
          {email ? (
            <div>
              <dt>{t('common.slip.email')}</dt>
              <dd>{email}</dd>
            </div>
          ) : null}
        </dl>
        <dl className="slip-names">
          <div>
            <dt>{t('common.slip.issuer')}</dt>
            <dd>{issuer}</dd>
          </div>
          {serial ? (
            <div>
              <dt>{t('common.slip.serial')}</dt>
              <dd className="mono">{(serial.match(/.{1,4}/gu) ?? []).join(' ')}</dd>
            </div>
          ) : null}
          {validity ? (
            <div>
              <dt className="vh">{t('common.slip.validity')}</dt>
              <dd>
                {'days' in validity ? (
                  <PlannedValidity days={validity.days} t={t} />
                ) : (
                  <ValidityRuler {...validity} now={now} t={t} locale={locale} />
                )}
              </dd>
            </div>
          ) : null}
        </dl>
      </div>
      {digest ? (
        <div className="slip-foot">
          <div className="slip-foot-head">
            <span>{digest.label}</span>
            <CopyButton
              text={digest.hex}
              label={t('common.copy')}
              copied={t('common.copied')}
              about={t('common.slip.fingerprintOf', { name: commonName })}
            />
          </div>
          <Comb hex={digest.hex} />
          <Fingerprint hex={digest.hex} />
        </div>
      ) : null}
    </article>
  );
}

/** "CN=alice,OU=NLHPC,O=…" without its CN, spaced for reading. Commas inside values are escaped and stay. */
export function restOfSubject(subject: string): string {
  return subject
    .split(/(?<!\\),\s*/u)
    .filter((part) => !/^CN=/iu.test(part))
    .join(', ');
}
