import { ROLES, type Role } from '../ctx';

/** The roles of the first administrator: enough to run everything alone until others join. */
export const FIRST_ADMIN_ROLES: readonly Role[] = ['admin', 'approver', 'operator'];

/** Reads the roles column; unknown words, from a newer version or an edit by hand, grant nothing. */
export function readRoles(json: string): Role[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return [];
  }
  if (!Array.isArray(parsed)) return [];
  return ROLES.filter((role) => parsed.includes(role));
}
