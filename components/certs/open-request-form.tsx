import type { Translate } from '#lib/ctx';

import { Button } from '../ui/button';
import { Field } from '../ui/field';

/** Leads to a request by its number; there the pick-up secret is asked for. */
export function OpenRequestForm({ wrong, t }: { wrong: string | null; t: Translate }) {
  return (
    <form action="/certs">
      <Field
        mono
        id="request-id"
        name="id"
        autoComplete="off"
        spellCheck={false}
        label={t('certs.list.openId')}
        help={t('certs.list.openIdHelp')}
        error={wrong === null ? undefined : t('certs.list.openWrong')}
        defaultValue={wrong ?? undefined}
        required
        beside={<Button type="submit">{t('certs.list.openGo')}</Button>}
      />
    </form>
  );
}
