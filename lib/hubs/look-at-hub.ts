import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import type { KnownHub } from './known-hubs';
import { probeAllowance, resolveTarget } from './probe-address';
import { probeHub, type Probe } from './probe-hub';

type Where = { config: Pick<Config, 'hubs'>; paths: Pick<StatePaths, 'caDir'> };

/**
 * One look at a hub, at the first of its addresses that may be asked.
 *
 * @returns `not-probed` when none may
 */
export async function lookAtHub(where: Where, hub: Pick<KnownHub, 'probes'>): Promise<Probe> {
  const allowance = probeAllowance(where.config.hubs.probeAllow);
  for (const target of hub.probes) {
    const endpoint = await resolveTarget(target, allowance);
    if (endpoint === 'not-allowed') continue;
    if (endpoint === 'no-address') return { outcome: 'refused' };
    return endpoint.tlsName === null ? probeHub(endpoint) : probeHub(endpoint, trusted(where.paths));
  }
  return { outcome: 'not-probed' };
}

let context: { root: string; made: SecureContext } | null = null;

/** What public addresses are checked against: the public authorities, and the centre's own root. */
function trusted({ caDir }: Pick<StatePaths, 'caDir'>): SecureContext {
  const root = readOwnRoot(caDir);
  if (context?.root !== root) {
    context = { root, made: contextWith(root) };
  }
  return context.made;
}

function contextWith(root: string): SecureContext {
  try {
    return createSecureContext({ ca: root === '' ? [...rootCertificates] : [...rootCertificates, root] });
  } catch {
    return createSecureContext({ ca: [...rootCertificates] });
  }
}

function readOwnRoot(caDir: string): string {
  try {
    return readFileSync(join(caDir, 'root-ca.pem'), 'utf8');
  } catch {
    return ''; // there is no CA yet
  }
}
