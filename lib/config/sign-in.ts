import { z } from 'zod';

/**
 * `[signIn]`: by what people sign in to the portal, and how long that holds. Client secrets stand in
 * files. docs/sign-in.md has examples.
 */

/** A provider's issuer: https, since whoever can answer in its place can be anybody. Plain http on loopback only. */
const issuer = z.string().refine(
  (value) => {
    if (!URL.canParse(value)) return false;
    const { protocol, hostname, search, hash } = new URL(value);
    if (search !== '' || hash !== '') return false;
    return (
      protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname))
    );
  },
  {
    message: 'an address that begins with https:// (http:// on loopback only), as the provider names itself',
  },
);

/** A claim's name, or the way to it: `realm_access.roles`. */
const claim = z.string().regex(/^[^.\s]+(?:\.[^.\s]+){0,5}$/, 'the name of a claim; dots lead into objects');
const words = z.array(z.string().min(1).max(200)).max(100);

const OidcProvider = z.strictObject({
  /** Stands in the call-back address: <site.url>/api/auth/callback/<id>. */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'small letters, digits and -, 32 at most'),
  /** What the button says after "Sign in with". */
  label: z.string().min(1).max(60),
  issuer,
  clientId: z.string().min(1).max(300),
  /** Empty: a public client, held by PKCE alone. */
  clientSecretFile: z.string().default(''),
  scopes: z
    .string()
    .max(300)
    .refine((value) => value.split(' ').includes('openid'), 'scopes with openid among them')
    .default('openid profile email'),
  accountClaim: claim.default('preferred_username'),
  /** Whether its account names are the centre's own. Left out: yes, where it is the only provider. */
  provesAccount: z.boolean().optional(),
  groupsClaim: claim.default('groups'),
  /** Groups whose members may sign in at all; empty: everybody whom the provider knows. */
  allowedGroups: words.default([]),
  roles: z
    .strictObject({
      approver: words.default([]),
      operator: words.default([]),
      auditor: words.default([]),
      admin: words.default([]),
    })
    .prefault({}),
  /** Approvals need a sign-in with one of these `acr`, or with one of these among its `amr`. */
  approverAcr: words.default([]),
  approverAmr: words.default([]),
});

/** @see OpenID Connect Core 1.0 section 2 for `acr` and `amr` */
export type OidcProvider = z.infer<typeof OidcProvider>;

export const SignIn = z.strictObject({
  /** Logins and passwords of the portal itself. */
  local: z.boolean().default(true),
  /** The client certificate of somebody who has an account. */
  certificate: z.boolean().default(true),
  /** Who needs a second factor. Left out: nobody in an evaluation, otherwise everybody with a role. */
  secondFactor: z.enum(['off', 'approvers', 'everybody']).optional(),
  /** Minutes without a page after which a session ends. */
  idleMinutes: z.int().min(5).max(1440).default(60),
  /** Hours after which a session ends, however it is used. */
  absoluteHours: z.int().min(1).max(168).default(12),
  oidc: z.array(OidcProvider).max(8).default([]),
});

/** Two providers may give one name to two people: then the configuration says whose names are accounts here. */
export function provesAccount(
  { oidc }: Pick<z.infer<typeof SignIn>, 'oidc'>,
  provider: OidcProvider,
): boolean {
  return provider.provesAccount ?? oidc.length === 1;
}
