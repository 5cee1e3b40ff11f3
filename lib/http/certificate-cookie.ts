import { z } from 'zod';

import { identityStatus, type HandedOver, HandedOverSchema } from '../client-cert/handed-over';
import type { ClientCertificateStatus } from '../client-cert/status';
import type { Ctx } from '../ctx';
import type { Instance } from '../instance';
import type { Caller } from './caller';
import { hostCookie } from './cookies';
import { readToken, signToken } from './signed-token';

export const CERTIFICATE_COOKIE = '__Host-hubgate-cert';
const SECONDS = 12 * 3600;

const Kept = HandedOverSchema.extend({ provenAt: z.iso.datetime() });

/** The Set-Cookie value by which the portal knows the certificate that was shown to the gate. */
export function certificateCookie(identity: HandedOver, sessionSecret: string, now: Date): string {
  const expiresAt = new Date(Math.min(now.getTime() + SECONDS * 1000, Date.parse(identity.notAfter)));
  const token = signToken({
    secret: sessionSecret,
    purpose: 'certificate',
    payload: JSON.stringify({ ...identity, provenAt: now.toISOString() }),
    expiresAt,
  });
  return hostCookie(CERTIFICATE_COOKIE, token, SECONDS);
}

/** The certificate handed over from the gate, its revocation checked anew; null without one. */
export async function handedOverCertificate(
  caller: Caller,
  house: Instance,
  ctx: Ctx,
): Promise<ClientCertificateStatus | null> {
  const token = caller.cookies.get(CERTIFICATE_COOKIE);
  if (token === undefined) return null;
  const payload = readToken({
    secret: house.secrets.session,
    purpose: 'certificate',
    token,
    now: ctx.now(),
  });
  if (payload === null) return null;
  const kept = Kept.safeParse(JSON.parse(payload));
  if (!kept.success) return null;
  const { provenAt, ...identity } = kept.data;
  return { ...(await identityStatus(identity, ctx)), provenAt };
}
