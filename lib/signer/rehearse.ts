import { setTimeout as pause } from 'node:timers/promises';

import { buildCertificateTbs } from '../x509/certificate-tbs';
import { parseCsr } from '../x509/csr';
import { BROWSER_KEYS, buildCsr } from '../x509/csr-build';
import { lintTbs } from '../x509/lint';
import { centreName } from '../x509/name';
import { newSerial, SERIAL_OCTETS } from '../x509/serial';
import { planValidity } from '../x509/validity';
import type { Ca } from './ca-files';

/** So often V8 must have seen the code before it stops compiling it anew; more gives nothing. */
const ROUNDS = 150;
/** Between two rounds, of 2 to 6 ms: the signer stays free for those who call it. */
const PAUSE_MS = 10;
const NAME = 'rehearsal';

/**
 * Reads, builds and lints certificates that are thrown away, right after the key is unlocked: the
 * first five hundred of a process cost twice as much as later ones, while the engine compiles what it
 * runs, and a morning's batch should not pay for that. Nothing here is ordered, recorded or signed:
 * neither the key of the CA nor the journal is within reach.
 *
 * @param stop ends it early
 */
export async function rehearse(ca: Ca, now: () => Date, stop: AbortSignal): Promise<void> {
  const algorithm = 'RSA 2048';
  const keyPair = await crypto.subtle.generateKey(BROWSER_KEYS[algorithm], false, ['sign', 'verify']);
  const csr = await buildCsr({ commonName: NAME, keyPair, algorithm });
  for (let round = 0; round < ROUNDS && !stop.aborted; round += 1) {
    const plan = {
      kind: 'user' as const,
      serial: newSerial(crypto.getRandomValues(new Uint8Array(SERIAL_OCTETS))),
      subject: centreName(ca.policy.profile, `${NAME}-${round}`), // another one each time: what repeats is read once
      issuer: ca.signing.subjectDer,
      spki: parseCsr(csr).spki,
      validity: planValidity({
        now: now(),
        lifetimeSeconds: 86_400,
        backdateSeconds: 0,
        issuerNotAfter: ca.signing.notAfter,
      }),
      issuerKeyId: ca.keyId,
      san: { emails: [`${NAME}-${round}@example.org`], dnsNames: [], ipAddresses: [] },
      pointers: ca.policy.pointers,
      signatureAlgorithm: ca.algorithm,
      emailProtection: ca.policy.profile.emailProtection,
    };
    lintTbs(buildCertificateTbs(plan), plan);
    await pause(PAUSE_MS);
  }
}
