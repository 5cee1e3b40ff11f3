import type { Role } from '../ctx';

/**
 * Who may do what: the only place that says so. Pages, actions, API and verbs name a permission,
 * never a role; `docs/roles.md` shows the table to people, and a test holds both and every address
 * of the portal against it (app/role-table.test.tsx).
 *
 * Somebody who is signed in without any role is a requester: they see their own requests only.
 */
export const ROLE_TABLE = {
  /** The administration's frame: how the portal is, first steps, how many requests wait. */
  'administration.open': ['approver', 'operator', 'auditor', 'admin'],
  /** The queue and every request in it, also by the API. */
  'queue.read': ['approver', 'auditor'],
  /** What is approved or failed, on the page that signs. */
  'requests.read': ['approver', 'operator', 'auditor'],
  /** Approve, reject, ask, correct the name, take an approval back. */
  'requests.decide': ['approver'],
  /** Have approved requests signed, and put failed ones back among them. */
  'requests.sign': ['approver', 'operator'],
  'certificates.read': ['approver', 'operator', 'auditor'],
  /** Certificates of other people; one's own need no role. */
  'certificates.revoke': ['operator'],
  'server-certificates.order': ['operator'],
  'keys.block': ['operator'],
  /** Events as approvers decide on them, and how far their participants are. */
  'events.read': ['approver', 'operator', 'auditor'],
  /** Make events, name who organises one, organise every one; whoever is named organises that one. */
  'events.manage': ['operator'],
  'hubs.read': ['approver', 'operator', 'auditor', 'admin'],
  /** Who may enter which hub. */
  'hubs.manage': ['operator'],
  'ca.read': ['approver', 'operator', 'auditor', 'admin'],
  'people.read': ['auditor', 'admin'],
  /** Links for new people, roles, disabling. */
  'people.manage': ['admin'],
  'tokens.read': ['auditor', 'admin'],
  'tokens.manage': ['admin'],
  'audit.read': ['operator', 'auditor', 'admin'],
  'mail.test': ['operator', 'admin'],
} as const satisfies Record<string, readonly [Role, ...Role[]]>;

export type Permission = keyof typeof ROLE_TABLE;

/** Every permission, in the table's order. */
export const PERMISSIONS = Object.keys(ROLE_TABLE) as [Permission, ...Permission[]];

/** The roles that have this permission. */
export function rolesOf(permission: Permission): readonly Role[] {
  return ROLE_TABLE[permission];
}

/** True when at least one of the roles has the permission. */
export function allows(roles: readonly Role[], permission: Permission): boolean {
  return rolesOf(permission).some((role) => roles.includes(role));
}
