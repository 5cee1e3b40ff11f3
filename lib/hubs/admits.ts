import type { EventGuests } from '../events/event-guests';
import { UNITS_ASKED } from './gate-map-file';
import type { AccessMapEntry } from './gate-maps';

/**
 * Whether a policy lets a valid certificate in, by what access.map says about it: a name on the list
 * always, a name of an event only where the list names that event, everybody else by unit or by
 * "any-valid". Who has no name, or several, gets in nowhere.
 *
 * @param guests those of the holder's name at least
 */
export function admits(
  entry: Pick<AccessMapEntry, 'access' | 'members' | 'units' | 'events'>,
  holder: { commonName: string | null; units?: readonly string[] },
  guests: EventGuests,
): boolean {
  const { commonName, units = [] } = holder;
  if (commonName === null) return false;
  if (entry.members.includes(commonName)) return true;
  const running = guests.get(commonName);
  if (running !== undefined) return running.some((event) => entry.events.includes(event));
  return (
    entry.access === 'any-valid' || units.slice(0, UNITS_ASKED).some((unit) => entry.units.includes(unit))
  );
}
