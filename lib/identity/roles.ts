import { ROLES, type Role } from '../ctx';

/** What each role may do, in one place. Roles do not imply one another: a person may hold several. */
export const ROLE_PERMISSIONS: Record<Role, readonly string[]> = {
  approver: ['see the queue', 'approve, reject, ask', 'sign approved requests'],
  operator: ['see certificates', 'revoke', 'sign approved requests', 'hub access'],
  auditor: ['see the queue, certificates and the audit log, change nothing'],
  admin: ['people, roles and API tokens', 'settings of the portal'],
};

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
