import type { ReactNode } from 'react';

import type { Translate } from '#lib/ctx';

import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { PageHead } from '../ui/page-head';
import { OpenByLink } from './open-by-link';

/** For a browser that has not shown the pick-up secret of this request. Says nothing about whether it exists. */
export function RequestOpen({
  id,
  crumb,
  failed,
  t,
}: {
  id: string;
  crumb: ReactNode;
  /** The secret that was tried does not belong to this request. */
  failed: boolean;
  t: Translate;
}) {
  const action = `/certs/requests/${id}/open`;
  return (
    <>
      <PageHead
        crumb={crumb}
        icon="lock"
        kind="wait"
        title={t('certs.request.openTitle', { id })}
        lede={t('certs.request.openLede')}
      />
      <OpenByLink
        action={action}
        opening={t('certs.request.opening')}
        failed={t('certs.request.openFailed')}
        noCookies={t('certs.request.openNoCookies')}
      />
      <form method="post" action={action}>
        <Field
          mono
          id="secret"
          name="secret"
          autoComplete="off"
          spellCheck={false}
          label={t('certs.request.secret')}
          help={t('certs.request.secretHelp')}
          error={failed ? t('certs.request.openFailed') : undefined}
          required
          beside={
            <Button look="primary" type="submit">
              {t('certs.request.openGo')}
            </Button>
          }
        />
      </form>
    </>
  );
}
