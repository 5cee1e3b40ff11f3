import type { AccessMapEntry } from './gate-maps';
import { UNITS_ASKED } from './gate-map-file';

/** Whether a policy lets a valid certificate in, by what access.map says about it. */
export function admits(
  entry: Pick<AccessMapEntry, 'access' | 'members' | 'units'>,
  holder: { commonName: string | null; units?: readonly string[] },
): boolean {
  const { commonName, units = [] } = holder;
  return (
    entry.access === 'any-valid' ||
    (commonName !== null && entry.members.includes(commonName)) ||
    units.slice(0, UNITS_ASKED).some((unit) => entry.units.includes(unit))
  );
}
