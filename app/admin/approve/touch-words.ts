import type { Translate } from '#lib/ctx';

import type { TouchAsking } from '../../../components/passkeys/use-touch';
import type { TroubleWords } from '../../../components/passkeys/passkey-problem';

const TROUBLES = ['unsupported', 'cancelled', 'known', 'elsewhere', 'failed'] as const;

/** What can go wrong between browser and passkey, in words. */
export function troubleWords(t: Translate): TroubleWords {
  return Object.fromEntries(
    TROUBLES.map((one) => [
      one,
      { title: t(`passkeys.trouble.${one}.title`), text: t(`passkeys.trouble.${one}.text`) },
    ]),
  ) as TroubleWords;
}

/** How a form asks for a touch, in words. */
export function touchWords(t: Translate): Omit<TouchAsking, 'begin'> {
  return {
    trouble: troubleWords(t),
    waiting: t('passkeys.touch.waiting'),
    noScript: t('passkeys.touch.noScript'),
  };
}
