import type { CertificateView } from '#lib/requests/views';
import type { Translate } from '#lib/ctx';

import { State } from '#components/ui/state';

const KIND = { VALID: 'ok', REVOKED: 'bad', EXPIRED: 'bad', SUPERSEDED: 'off' } as const;

/** A certificate's state, in one word. */
export function CertificateStateWord({ state, t }: { state: CertificateView['state']; t: Translate }) {
  return <State kind={KIND[state]}>{t(`admin.certificateState.${state}`)}</State>;
}
