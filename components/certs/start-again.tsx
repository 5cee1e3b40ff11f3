import type { Translate } from '#lib/ctx';

import { slot, Words } from '../ui/words';

/** For who has lost the key, its backup or the passphrase before the certificate was picked up. */
export function StartAgain({ id, t }: { id: string; t: Translate }) {
  return (
    <p className="small">
      <Words
        text={t('certs.request.lostKey', { link: slot('link') })}
        slots={{ link: <a href={`/certs/new?again=${id}`}>{t('certs.request.startAgain')}</a> }}
      />
    </p>
  );
}
