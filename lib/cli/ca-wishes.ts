import { isIP } from 'node:net';

import type { Config } from '../config/schema';
import { certifiedNames, siteHosts } from '../config/server-names';
import { HubgateError } from '../errors';
import { relyingParty } from '../identity/relying-party';
import type { CaWishes, Step } from '../signer/make-ca';
import { DEFAULT_CEILINGS } from '../signer/policy';

/** The ceremony's steps as people read them while they wait. */
export const STEP_WORDS: Record<Step, string> = {
  'root-key': "making the root CA's key",
  'signing-key': "making the signing CA's key",
  certificates: 'signing certificates and revocation lists',
  encrypting: 'encrypting the keys',
  writing: 'writing the files',
};

/**
 * What a configuration asks of the ceremony. The signer keeps what concerns it as its own policy.
 *
 * @throws {HubgateError} `config.value` when name constraints would forbid the centre's own names
 */
export function caWishes(config: Config): CaWishes {
  const { pki, site, approval } = config;
  const hosts = siteHosts(config);
  const serverNames = {
    emails: [],
    dnsNames: hosts.filter((host) => isIP(host) === 0),
    ipAddresses: hosts.filter((host) => isIP(host) !== 0),
  };
  const constrained = pki.permittedDns.length + pki.permittedIp.length > 0;
  if (constrained) refuseForbidden(serverNames, pki);
  return {
    rootCn: pki.rootCn,
    signingCn: pki.signingCn,
    rootKey: pki.rootKey,
    signingKey: pki.signingKey,
    rootYears: pki.rootYears,
    signingYears: pki.signingYears,
    nameConstraints: constrained ? { permittedDns: pki.permittedDns, permittedIp: pki.permittedIp } : null,
    rootPointers: {
      crlUrl: `${site.httpUrl}/crl/root-ca.crl`,
      caIssuersUrl: `${site.httpUrl}/ca/root-ca.crt`,
    },
    serverNames,
    policy: {
      version: 1,
      approvalMode: approval.require,
      approvalCount: approval.count,
      // In every mode: then one word changes it.
      passkeys: partyOf(config),
      ceilings: DEFAULT_CEILINGS,
      renewal: { auto: config.renewal.auto, windowDays: config.renewal.windowDays },
      profile: {
        dn: pki.dn,
        org: pki.org,
        ou: pki.ou,
        accountPattern: pki.accountPattern,
        emailProtection: pki.emailProtection,
        userDays: pki.userDays,
        serverDays: pki.serverDays,
        serverNames: certifiedNames(config),
      },
      pointers: {
        crlUrl: `${site.httpUrl}/crl/signing-ca.crl`,
        caIssuersUrl: `${site.httpUrl}/ca/signing-ca.crt`,
        ocspUrl: `${site.httpUrl}/ocsp`,
      },
      crl: { days: pki.crlDays, everyHours: pki.crlEveryHours },
    },
  };
}

function partyOf(config: Config): CaWishes['policy']['passkeys'] {
  const { rpId, origins } = relyingParty(config);
  return { rpId, origins: [...origins] };
}

function refuseForbidden(names: CaWishes['serverNames'], pki: Config['pki']): void {
  // RFC 5280 section 4.2.1.10: a constraint covers its own name and everything below it.
  const covered = (host: string): boolean =>
    pki.permittedDns.some((name) => {
      const base = name.replace(/^\./, '');
      return host === base || host.endsWith(`.${base}`);
    });
  const forbidden = pki.permittedDns.length > 0 ? names.dnsNames.find((host) => !covered(host)) : undefined;
  if (forbidden === undefined) return;
  throw new HubgateError(
    'config.value',
    `pki.permittedDns would forbid this site's own name ${forbidden}: no browser would accept its certificate. ` +
      `Add it, or a name above it.`,
    { field: 'pki.permittedDns', params: { key: 'pki.permittedDns' } },
  );
}
