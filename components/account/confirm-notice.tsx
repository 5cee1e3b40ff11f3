import type { Translate } from '#lib/ctx';

import { Button, LinkButton } from '../ui/button';
import { Callout } from '../ui/callout';

/** Says what stands between the person and a change of their factors, and leads there. */
export function ConfirmNotice({
  confirmation,
  signInAgain,
  t,
}: {
  confirmation: 'confirmed' | 'show' | 'sign-in';
  signInAgain: (form: FormData) => Promise<void>;
  t: Translate;
}) {
  if (confirmation === 'confirmed') return null;
  return (
    <section className="section" aria-label={t('account.confirm.page')}>
      <Callout>
        <p>{t(`account.confirm.${confirmation === 'show' ? 'needed' : 'neededSignIn'}`)}</p>
        {confirmation === 'show' ? (
          <p className="actions">
            <LinkButton small href="/account/confirm">
              {t('account.confirm.go')}
            </LinkButton>
          </p>
        ) : (
          <form action={signInAgain} className="actions">
            <Button type="submit" small>
              {t('account.confirm.signIn')}
            </Button>
          </form>
        )}
      </Callout>
    </section>
  );
}
