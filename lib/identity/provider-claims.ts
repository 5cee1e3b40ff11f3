import type { OidcProvider } from '../config/sign-in';
import { ROLES, type Role } from '../ctx';

/** What a provider says about somebody, read with care: a claim is whatever the provider put there. */
export type ProviderClaims = {
  subject: string;
  issuer: string;
  account: string | null;
  name: string | null;
  email: string | null;
  groups: string[];
  acr: string | null;
  amr: string[];
};

const TEXT_MAX = 200;
/** The specification's own bound on `sub` (OpenID Connect Core section 2). */
const SUBJECT_MAX = 255;
const GROUPS_MAX = 1000;

/** Null when there is no subject: without one there is nobody. */
export function readClaims(provider: OidcProvider, claims: Record<string, unknown>): ProviderClaims | null {
  const { sub: subject, iss: issuer, amr } = claims;
  if (typeof subject !== 'string' || subject === '' || subject.length > SUBJECT_MAX) return null;
  if (typeof issuer !== 'string') return null;
  return {
    subject,
    issuer,
    account: text(claimAt(claims, provider.accountClaim)),
    name: text(claims['name']),
    // An address that the provider has not verified is what somebody typed there.
    email: claims['email_verified'] === true ? text(claims['email']) : null,
    groups: readGroups(claimAt(claims, provider.groupsClaim)),
    acr: text(claims['acr']),
    amr: readGroups(amr),
  };
}

/**
 * Groups of a claim: a list of texts. One text is one group, not a list of letters, and not a list with
 * commas either; a claim that is missing or something else gives none.
 */
export function readGroups(claim: unknown): string[] {
  if (typeof claim === 'string') return claim === '' ? [] : [claim];
  if (!Array.isArray(claim)) return [];
  return claim.filter((one): one is string => typeof one === 'string' && one !== '').slice(0, GROUPS_MAX);
}

/** The roles of somebody in these groups. */
export function rolesOfGroups(provider: OidcProvider, groups: readonly string[]): Role[] {
  return ROLES.filter((role) => provider.roles[role].some((group) => groups.includes(group)));
}

/** True where the configuration asks approvers for more than a sign-in at this provider. */
export function wantsStrong(provider: Pick<OidcProvider, 'approverAcr' | 'approverAmr'>): boolean {
  return provider.approverAcr.length > 0 || provider.approverAmr.length > 0;
}

/** True where the provider's word on how somebody signed in is enough for approvals. */
export function isStrong(
  provider: Pick<OidcProvider, 'approverAcr' | 'approverAmr'>,
  said: { acr: string | null; amr: readonly string[] },
): boolean {
  return (
    (said.acr !== null && provider.approverAcr.includes(said.acr)) ||
    provider.approverAmr.some((one) => said.amr.includes(one))
  );
}

/** A claim by its name, or by the way to it through objects. A name with dots in it counts as it stands. */
function claimAt(claims: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path
    .split('.')
    .reduce<unknown>(
      (node, part) =>
        typeof node === 'object' && node !== null && !Array.isArray(node) && Object.hasOwn(node, part)
          ? (node as Record<string, unknown>)[part]
          : undefined,
      claims,
    );
}

function text(claim: unknown): string | null {
  return typeof claim === 'string' && claim.trim() !== '' && claim.length <= TEXT_MAX ? claim.trim() : null;
}
