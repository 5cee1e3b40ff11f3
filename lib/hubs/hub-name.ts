import { HubgateError } from '../errors';

/** A hub as policies and maps name it: the first path segment of its public address. */
export const isHubName = (name: string): boolean => /^[a-z0-9][a-z0-9-]{0,63}$/.test(name);

/** @throws {HubgateError} `hub.name` */
export function checkHubName(name: string): string {
  if (isHubName(name)) return name;
  throw new HubgateError(
    'hub.name',
    `"${name.slice(0, 64)}" is not a hub's name: lower-case letters, digits and hyphens, as in the first part of its address's path.`,
    { field: 'name' },
  );
}

/** The id of a training event, also as somebody wrote it from hearing: in capitals. */
export function checkEventId(id: string): string {
  const written = id.toUpperCase();
  if (/^E-[0-9A-HJKMNP-TV-Z]{8}$/.test(written)) return written;
  throw new HubgateError('hub.name', `"${id.slice(0, 64)}" is no event: its id is one such as E-7K3F9Q2M.`, {
    field: 'event',
  });
}

/** A name as it stands in certificates; what cannot be a map key is refused. */
export function checkMemberName(commonName: string): string {
  if (commonName.length >= 1 && commonName.length <= 64 && !/[\p{Cc}\p{Cf}/]/u.test(commonName))
    return commonName;
  throw new HubgateError('hub.name', 'A member is the common name of a certificate: 1 to 64 characters.', {
    field: 'commonName',
  });
}

/** An organizational unit as it stands in certificates (X.520 ub-organizational-unit-name: 64). */
export function checkUnitName(unit: string): string {
  if (unit.trim() !== '' && unit.length <= 64 && !/[\p{Cc}\p{Cf}]/u.test(unit)) return unit;
  throw new HubgateError('hub.name', 'A unit is the OU of certificates: 1 to 64 characters.', {
    field: 'unit',
  });
}
