import type { Translate } from '#lib/ctx';

import { LinkButton } from '../ui/button';

/** The ways by which somebody shows that a certificate is theirs, each leading to the page of its own. */
export function OwnWays({
  mail,
  contact,
  handOver,
  heading: Heading,
  t,
}: {
  /** Whether this site sends mail. */
  mail: boolean;
  contact: string;
  /** Where the certificate is shown to the gate; null where it is shown here. */
  handOver: string | null;
  /** h3 below a heading of their own. */
  heading: 'h2' | 'h3';
  t: Translate;
}) {
  const who = contact === '' ? t('certs.revoke.operators') : contact;
  return (
    <ul className="ways">
      <li>
        <Heading>{t('certs.revoke.wayLost')}</Heading>
        <p>{mail ? t('certs.revoke.wayLostText') : t('certs.revoke.wayLostNoMail', { contact: who })}</p>
        {mail ? <LinkButton href="/certs/lost">{t('certs.revoke.wayLostGo')}</LinkButton> : null}
      </li>
      {handOver === null ? null : (
        <li>
          <Heading>{t('certs.revoke.wayCertificate')}</Heading>
          <p>{t('certs.revoke.wayCertificateText')}</p>
          <LinkButton href={handOver}>{t('certs.revoke.wayCertificateGo')}</LinkButton>
        </li>
      )}
      <li>
        <Heading>{t('certs.revoke.waySecret')}</Heading>
        <p>{t('certs.revoke.waySecretText')}</p>
        <LinkButton href="/certs#open">{t('certs.revoke.waySecretGo')}</LinkButton>
      </li>
    </ul>
  );
}
