import type { Translate } from '#lib/ctx';
import type { CertificateView } from '#lib/requests/views';

import { State, type StateKind } from '../ui/state';

const KINDS: Record<CertificateView['state'] | 'HELD', StateKind> = {
  VALID: 'ok',
  SUPERSEDED: 'off',
  HELD: 'warn',
  REVOKED: 'bad',
  EXPIRED: 'bad',
};

/** A certificate's state in one word; on hold is a state of its own to people. */
export function CertificateWord({
  certificate: { state, revocationReason },
  t,
}: {
  certificate: Pick<CertificateView, 'state' | 'revocationReason'>;
  t: Translate;
}) {
  const shown = state === 'REVOKED' && revocationReason === 'certificateHold' ? 'HELD' : state;
  return <State kind={KINDS[shown]}>{t(`common.certState.${shown}`)}</State>;
}
