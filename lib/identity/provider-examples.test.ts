/**
 * The examples of docs/sign-in.md, as they stand there: read by the schema of hubgate.toml, and held
 * against claims in the shape in which each product issues them (Keycloak 26: protocol mappers of the
 * client scopes profile, email, acr and roles, with a "Group Membership" mapper; INDIGO IAM 1.12: the
 * profiles iam and aarc).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';

import { ConfigSchema, type Config } from '../config/schema';
import type { OidcProvider } from '../config/sign-in';
import { isStrong, readClaims, rolesOfGroups, wantsStrong } from './provider-claims';

const TEXT = readFileSync(join(import.meta.dirname, '../../docs/sign-in.md'), 'utf8');
const BLOCKS = [...TEXT.matchAll(/^```toml\n([\s\S]*?)^```$/gm)].map(([, toml = '']) => toml);
const configs: Config[] = BLOCKS.map((toml) => ConfigSchema.parse(parse(toml)));

function example(id: string, more: Partial<OidcProvider> = {}): OidcProvider {
  const found = configs.flatMap(({ signIn }) => signIn.oidc).find((one) => one.id === id);
  if (found === undefined) throw new Error(`docs/sign-in.md has no provider ${id}`);
  return { ...found, ...more };
}

/** What the portal makes of a provider's claims. */
function seen(provider: OidcProvider, token: Record<string, unknown>) {
  const claims = readClaims(provider, token);
  if (claims === null) throw new Error('nobody');
  const { allowedGroups } = provider;
  return {
    account: claims.account,
    email: claims.email,
    sameIssuer: claims.issuer === provider.issuer,
    admitted: allowedGroups.length === 0 || allowedGroups.some((group) => claims.groups.includes(group)),
    roles: rolesOfGroups(provider, claims.groups),
    strong: isStrong(provider, claims),
  };
}

it('every block of the guide is a configuration', () => {
  expect(BLOCKS.length).toBeGreaterThanOrEqual(4);
  expect(configs.flatMap(({ signIn }) => signIn.oidc.map(({ id }) => id))).toEqual(['keycloak', 'iam']);
  expect(configs.map(({ requests }) => requests.accountFrom)).toContain('ldap');
});

describe('Keycloak', () => {
  const token = {
    exp: 1_796_000_300,
    iat: 1_796_000_000,
    auth_time: 1_795_999_990,
    jti: '0b5a4a0e-6d6c-4f4e-9a53-52d0a3f2d1aa',
    iss: 'https://sso.example.org/realms/hpc',
    aud: 'hubgate',
    sub: '5f0c3a52-91a5-4a92-8c71-3f2f6a0f3c11',
    typ: 'ID',
    azp: 'hubgate',
    nonce: 'n',
    sid: '8d2c7a94-57ce-4e1e-9d9b-2ad2a5c64c0f',
    at_hash: 'Zr4Yw0m1Gm2oQ2G9c1u4Kg',
    acr: 'gold',
    email_verified: true,
    name: 'Paula Pérez',
    groups: ['hpc-staff', 'pki-approvers', 'pki-auditors'],
    preferred_username: 'pperez',
    given_name: 'Paula',
    family_name: 'Pérez',
    email: 'paula@example.org',
  };

  it('names the account, and groups become roles', () => {
    expect(seen(example('keycloak'), token)).toEqual({
      account: 'pperez',
      email: 'paula@example.org',
      sameIssuer: true,
      admitted: true,
      roles: ['approver', 'auditor'],
      strong: true,
    });
    expect(wantsStrong(example('keycloak'))).toBe(true);
  });

  it.each(['silver', '1', '0', undefined])('a sign-in of the level %s may look, not decide', (acr) => {
    expect(seen(example('keycloak'), { ...token, acr })).toMatchObject({
      roles: ['approver', 'auditor'],
      strong: false,
    });
  });

  it('with the full path in the claim nothing matches by accident', () => {
    const groups = ['/hpc-staff', '/pki-approvers'];
    expect(seen(example('keycloak'), { ...token, groups })).toMatchObject({ admitted: false, roles: [] });
    const provider = example('keycloak', {
      allowedGroups: ['/hpc-staff'],
      roles: { approver: ['/pki-approvers'], operator: [], auditor: [], admin: [] },
    });
    expect(seen(provider, { ...token, groups })).toMatchObject({ admitted: true, roles: ['approver'] });
  });

  it('has realm roles where the mapper adds them, and none where it does not', () => {
    const provider = example('keycloak', { groupsClaim: 'realm_access.roles' });
    expect(seen(provider, token)).toMatchObject({ admitted: false, roles: [] });
    const realm_access = { roles: ['default-roles-hpc', 'offline_access', 'hpc-users', 'pki-operators'] };
    expect(seen(provider, { ...token, realm_access })).toMatchObject({ admitted: true, roles: ['operator'] });
  });

  it('an address that is not verified is none', () => {
    expect(seen(example('keycloak'), { ...token, email_verified: false }).email).toBeNull();
  });
});

describe('IRIS IAM and INDIGO IAM', () => {
  const token = {
    sub: '73f16d93-2441-4a50-88ff-85360d78c6b5',
    iss: 'https://iris-iam.stfc.ac.uk/',
    aud: '00000000-0000-0000-0000-000000000000',
    exp: 1_796_000_600,
    iat: 1_796_000_000,
    nbf: 1_795_999_940,
    jti: '3e0d5d4d-6d8e-4b3a-8a72-b64c1f4d0f0e',
    nonce: 'n',
    name: 'Paula Perez',
    preferred_username: 'pperez',
    given_name: 'Paula',
    family_name: 'Perez',
    email: 'paula@example.org',
    email_verified: true,
    organisation_name: 'IRIS IAM',
    groups: ['hpc', 'hpc/pki-approvers', 'other'],
  };

  it('names itself with a closing slash; a group within a group is one name', () => {
    expect(seen(example('iam'), token)).toEqual({
      account: 'pperez',
      email: 'paula@example.org',
      sameIssuer: true,
      admitted: true,
      roles: ['approver'],
      strong: false,
    });
    expect(wantsStrong(example('iam'))).toBe(false);
    expect(seen(example('iam'), { ...token, iss: 'https://iris-iam.stfc.ac.uk' }).sameIssuer).toBe(false);
  });

  it('leaves the claim out for somebody in no group', () => {
    const { groups: _none, ...without } = token;
    expect(seen(example('iam'), without)).toMatchObject({ admitted: false, roles: [] });
  });

  it('says by amr that its own second factor was shown', () => {
    const provider = example('iam', { approverAmr: ['otp'] });
    expect(seen(provider, { ...token, amr: ['pwd', 'otp'] }).strong).toBe(true);
    for (const amr of [['pwd'], ['x509'], undefined])
      expect(seen(provider, { ...token, amr }).strong).toBe(false);
  });

  it('has groups as URNs in the AARC profile', () => {
    const urn = (group: string) => `urn:geant:example.org:group:${group}`;
    const provider = example('iam', {
      groupsClaim: 'entitlements',
      allowedGroups: [urn('hpc')],
      roles: { approver: [urn('hpc:pki-approvers')], operator: [], auditor: [], admin: [] },
    });
    const { groups: _none, ...rest } = token;
    const entitlements = [urn('hpc'), urn('hpc:pki-approvers')];
    expect(seen(provider, { ...rest, entitlements })).toMatchObject({ admitted: true, roles: ['approver'] });
  });
});
