import type { CertificateView } from '#lib/requests/views';
import type { Translate } from '#lib/ctx';

import { State } from '#components/ui/state';

const KIND = { VALID: 'ok', REVOKED: 'bad', HELD: 'warn', EXPIRED: 'bad', SUPERSEDED: 'off' } as const;

/** A certificate's state, in one word; on hold is a state of its own to people. */
export function CertificateStateWord({
  state,
  reason,
  t,
}: {
  state: CertificateView['state'];
  reason: string | null;
  t: Translate;
}) {
  const shown = state === 'REVOKED' && reason === 'certificateHold' ? 'HELD' : state;
  return <State kind={KIND[shown]}>{t(`admin.certificateState.${shown}`)}</State>;
}
