import { HubgateError } from '../errors';
import type { Journal } from './journal';
import type { Intent } from './journal-orders';

/**
 * Counts orders against their events while a group of intents is written; for one group only.
 *
 * @returns a function that answers with the refusal of an intent that its event has no room for, or
 *   null and counts it
 */
export function countEvents(
  journal: Pick<Journal, 'findEvent' | 'isCounted'>,
): (intent: Intent) => HubgateError | null {
  const added = new Map<string, number>();
  return ({ event = null, order }) => {
    if (event === null || order === null) return null;
    if (journal.isCounted(order.content.orderId, event)) return null;
    const known = journal.findEvent(event);
    const before = added.get(event) ?? 0;
    // Closed since the order was looked at: this is the last moment at which it can be told.
    if (known === null || known.closed || known.used + before >= known.content.quota) {
      return new HubgateError(
        'signer.event-quota',
        `The event ${event} is closed, or all ${known?.content.quota ?? 0} certificates that were approved ` +
          'for it are given out.',
        { params: { event } },
      );
    }
    added.set(event, before + 1);
    return null;
  };
}
