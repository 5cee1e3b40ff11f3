import type { Page } from '#lib/http/page';
import { STRONG } from '#lib/identity/authorise';
import { allows } from '#lib/identity/role-table';

import { LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';

/** For an approver whose sign-in is not enough to decide: what lacks, and the way to it. */
export function StepUp({ page, here }: { page: Page; here: string | null }) {
  const { t, person, config } = page;
  if (here === null || !person?.stepUp) return null;
  if (!STRONG.some((permission) => allows(person.roles, permission))) return null;
  const provider = config.signIn.oidc.find(({ id }) => id === person.stepUp);
  const label = provider?.label ?? person.stepUp;
  const query = new URLSearchParams({ confirm: 'yes', next: here });
  return (
    <Callout kind="warn">
      <p>
        <b>{t('admin.stepUp.title')}</b>
      </p>
      <p>{t('admin.stepUp.text', { provider: label })}</p>
      <p className="actions">
        <LinkButton href={`/auth/oidc/${person.stepUp}?${query}`}>
          {t('admin.stepUp.go', { provider: label })}
        </LinkButton>
      </p>
    </Callout>
  );
}
