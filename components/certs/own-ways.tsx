import type { Translate } from '#lib/ctx';

import { LinkButton } from '../ui/button';

/** The ways by which somebody shows that a certificate is theirs, each leading to the page of its own. */
export function OwnWays({
  mail,
  contact,
  handOver,
  t,
}: {
  /** Whether this site sends mail. */
  mail: boolean;
  contact: string;
  /** Where the certificate is shown to the gate; null where it is shown here. */
  handOver: string | null;
  t: Translate;
}) {
  const who = contact === '' ? t('certs.revoke.operators') : contact;
  return (
    <ul className="ways">
      <li>
        <h3>{t('certs.revoke.wayLost')}</h3>
        <p>{mail ? t('certs.revoke.wayLostText') : t('certs.revoke.wayLostNoMail', { contact: who })}</p>
        {mail ? <LinkButton href="/certs/lost">{t('certs.revoke.wayLostGo')}</LinkButton> : null}
      </li>
      {handOver === null ? null : (
        <li>
          <h3>{t('certs.revoke.wayCertificate')}</h3>
          <p>{t('certs.revoke.wayCertificateText')}</p>
          <LinkButton href={handOver}>{t('certs.revoke.wayCertificateGo')}</LinkButton>
        </li>
      )}
      <li>
        <h3>{t('certs.revoke.waySecret')}</h3>
        <p>{t('certs.revoke.waySecretText')}</p>
        <LinkButton href="/certs#open">{t('certs.revoke.waySecretGo')}</LinkButton>
      </li>
    </ul>
  );
}
