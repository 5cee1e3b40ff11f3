import { verifyAudit, type AuditVerdict } from '#lib/audit/verify-audit';
import type { Page } from '#lib/http/page';

import { LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';

/** Longer chains are checked when somebody asks: a page is not to read a whole table each time. */
const CHECKED_AT_ONCE = 5000;

/** Whether the chain holds, and up to where the signer's seals vouch for it. */
export async function ChainState({
  page,
  length,
  checkHref,
}: {
  page: Page;
  length: number;
  /** Where it is checked; null when somebody asked for that. */
  checkHref: string | null;
}) {
  const { t, ctx } = page;
  if (length > CHECKED_AT_ONCE && checkHref !== null) {
    return (
      <Callout>
        <p>
          <b>{t('admin.audit.chainUnchecked', { n: length })}</b> {t('admin.audit.chainLong')}
        </p>
        <p>
          <LinkButton small href={checkHref}>
            {t('admin.audit.chainCheck')}
          </LinkButton>
        </p>
      </Callout>
    );
  }
  const verdict = await verifyAudit(ctx);
  return verdict.ok ? <Holds verdict={verdict} page={page} /> : <Broken verdict={verdict} page={page} />;
}

function Holds({ verdict, page }: { verdict: Extract<AuditVerdict, { ok: true }>; page: Page }) {
  const { t } = page;
  const { seals, unsealed, events } = verdict;
  const word = (key: string, values = {}) => t(`admin.audit.${key}`, values);
  const sealed =
    seals === null
      ? word('signerDown')
      : seals.count === 0
        ? word('neverSealed')
        : `${word('sealedThrough', { seq: seals.through })} ${word('unsealed', { n: unsealed })}`;
  return (
    <Callout kind={seals === null ? 'warn' : 'ok'}>
      <p>
        <b>{word('chainOk', { n: events })}</b> {word('chainHelp')}
      </p>
      <p>{sealed}</p>
      <Restarts verdict={verdict} page={page} />
    </Callout>
  );
}

function Broken({ verdict, page }: { verdict: Extract<AuditVerdict, { ok: false }>; page: Page }) {
  const { t } = page;
  const { brokenAt, through, problem } = verdict;
  return (
    <Callout kind="bad">
      <p>
        <b>
          {through > brokenAt
            ? t('admin.audit.chainBrokenAmong', { from: brokenAt, to: through })
            : t('admin.audit.chainBroken', { seq: brokenAt })}
        </b>
      </p>
      <p>{t(`admin.audit.chainBrokenHelp.${problem}`)}</p>
      <Restarts verdict={verdict} page={page} />
    </Callout>
  );
}

function Restarts({ verdict, page }: { verdict: AuditVerdict; page: Page }) {
  const { t } = page;
  return (verdict.seals?.restarts ?? []).map(({ at, by, reason, lost }) => (
    <p key={at}>
      {t('admin.audit.restarted', {
        at: at.slice(0, 10),
        by,
        reason,
        n: lost === null ? 0 : lost.through - lost.from + 1,
      })}
    </p>
  ));
}
