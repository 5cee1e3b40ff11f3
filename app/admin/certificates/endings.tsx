import type { NextEndings } from '#lib/certificates/next-endings';
import type { Page } from '#lib/http/page';
import type { CertificateView } from '#lib/requests/views';

import { Callout } from '#components/ui/callout';
import { Time } from '#components/ui/time';
import { slot, Words } from '#components/ui/words';

const HERE = '/admin/certificates';

/** What ends next, and when its holders were last written to. */
export function EndingsLine({ endings, page }: { endings: NextEndings; page: Page }) {
  const { t, ctx, locale } = page;
  const { next, count, mail } = endings;
  const now = ctx.now();
  const ends =
    next === null ? (
      t('admin.certificates.noneEnds')
    ) : (
      <Words
        text={t('admin.certificates.nextEnds', { n: count, name: slot('name'), when: slot('when') })}
        slots={{
          name: <a href={`${HERE}/${next.serial}`}>{next.commonName}</a>,
          when: <Time at={next.notAfter} now={now} locale={locale} />,
        }}
      />
    );
  return (
    <p className="lede">
      {ends} <MailWord mail={mail} page={page} />
    </p>
  );
}

function MailWord({ mail, page: { t, ctx, locale } }: { mail: NextEndings['mail']; page: Page }) {
  if (mail === null) return t('admin.certificates.mailOff');
  const key =
    mail.failed > 0 || mail.lastError !== null
      ? 'mailTrouble'
      : mail.lastSentAt === null
        ? 'mailNever'
        : 'mailLast';
  return (
    <Words
      text={t(`admin.certificates.${key}`, {
        when: slot('when'),
        waiting: mail.waiting,
        failed: mail.failed,
        reason: mail.lastError ?? '',
      })}
      slots={{
        when:
          mail.lastSentAt === null ? (
            t('admin.certificates.never')
          ) : (
            <Time at={mail.lastSentAt} now={ctx.now()} locale={locale} />
          ),
      }}
    />
  );
}

/** The portal's own certificate: nobody else is written to about it. */
export function FrontNotice({ endings: { front }, page }: { endings: NextEndings; page: Page }) {
  const { t, ctx, locale } = page;
  if (front === null) return null;
  return (
    <div className="notice-line">
      <Callout kind={front.daysLeft < 7 ? 'bad' : 'warn'}>
        <p>
          <Words
            text={t(front.daysLeft < 0 ? 'admin.certificates.frontEnded' : 'admin.certificates.frontEnds', {
              when: slot('when'),
            })}
            slots={{ when: <Time at={front.notAfter} now={ctx.now()} locale={locale} /> }}
          />
        </p>
      </Callout>
    </div>
  );
}

/** Which certificate this one follows, and which follows it. */
export function Lineage({
  item: { renews, supersededBy },
  t,
}: {
  item: Pick<CertificateView, 'renews' | 'supersededBy'>;
  t: Page['t'];
}) {
  const [serial, key] = supersededBy === null ? [renews, 'renewsShort'] : [supersededBy, 'followedShort'];
  if (serial === null) return null;
  return (
    <a className="quiet" href={`${HERE}/${serial}`}>
      {t(`admin.certificates.${key}`, { serial: `${serial.slice(0, 8)} …` })}
    </a>
  );
}
