import { GATE_ACCESS_PATH } from './gate-map-file';

/**
 * First segments of the portal's own paths, on whichever name. A hub that had one would get what is
 * meant for the portal: on the gate the hand-over of certificates, on a single name every page and the
 * CA's downloads. deploy/ keeps the same names back; a test holds both against app/.
 */
export const PORTAL_PATHS: ReadonlySet<string> = new Set([
  ...['account', 'admin', 'api', 'auth', 'ca', 'certs', 'crl', 'events', 'fonts', 'gate-hub-down'],
  ...[
    'gate-no-hub',
    'gate-refused',
    'healthz',
    'hubs',
    'join',
    'metrics',
    'missing',
    'ocsp',
    'readyz',
    'setup',
    'sign-in',
    'sponsor',
  ],
  ...['status', 'trust'],
  GATE_ACCESS_PATH.slice(1),
]);

/**
 * The hub that a path of the gate would lead to: its first segment, exactly as Apache's rule takes it (no
 * decoding, lower case), or null where the path is the portal's own or cannot be a hub's.
 */
export function hubOfPath(path: string): string | null {
  const segment = /^\/([a-z0-9][a-z0-9-]{0,63})(?:[/?]|$)/.exec(path)?.[1];
  return segment === undefined || PORTAL_PATHS.has(segment) ? null : segment;
}
