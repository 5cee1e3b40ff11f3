import type { z } from 'zod';

import { proveHolder } from '../certificates/prove-holder';
import { renewCertificate } from '../certificates/renew-certificate';
import { clientCertificate } from '../client-cert/client-certificate';
import { holderOf, type Holder } from '../client-cert/holder';
import type { Ctx } from '../ctx';
import { HubgateError } from '../errors';
import type { RenewBody } from './api-schemas';
import type { Caller } from './caller';
import { requireProgram } from './programs-only';

/** What the API's two forms of a renewal have in common: the CSR as bytes, the rest as text. */
export type ApiRenewal = Omit<z.output<typeof RenewBody>, 'csr'> & { csr: Uint8Array };

/** Renews for a program, and says where the request's page is. */
export async function renewFromApi(ctx: Ctx, input: ApiRenewal, call: { request: Request; caller: Caller }) {
  requireProgram(call.request.headers, `${ctx.config.site.url}/certs/renew`);
  const proof = input.proof == null ? undefined : asBase64(input.proof);
  const actor = await holderOfCall(ctx, { ...input, proof }, call);
  const { id, state, pickupSecret, renews, obstacle } = await renewCertificate(
    { ...ctx, actor },
    {
      csr: input.csr,
      email: input.email,
      note: input.note ?? undefined,
      label: input.label ?? undefined,
      proof,
      source: 'api',
    },
  );
  const statusUrl = `${ctx.config.site.url}/certs/requests/${id}`;
  return { id, state, statusUrl, pickupSecret, renews, automatic: obstacle === null, obstacle };
}

async function holderOfCall(
  ctx: Ctx,
  input: Pick<ApiRenewal, 'csr' | 'serial'> & { proof: string | undefined },
  { request, caller }: { request: Request; caller: Caller },
): Promise<Holder> {
  const { addressKey } = caller;
  const serial = input.serial ?? undefined;
  const status = await clientCertificate(request.headers, caller.trust, ctx);
  if (!status.shown && serial !== undefined && input.proof !== undefined) {
    return proveHolder(ctx, { serial, csr: input.csr, signature: input.proof, addressKey });
  }
  if (!status.shown) {
    throw new HubgateError(
      'auth.no-certificate',
      `No client certificate came with this call. Send it to ${ctx.config.site.gateUrl}/api/v1/renewals with the ` +
        'certificate and its key (curl: --cert and --key), or send serial and proof.',
    );
  }
  const holder = holderOf(status, addressKey);
  if (serial !== undefined && serial !== holder.serial) {
    throw new HubgateError(
      'http.invalid',
      `The certificate that was shown is ${holder.serial}, not ${serial}.`,
      {
        field: 'serial',
      },
    );
  }
  return holder;
}

/** Base64 as the signer takes it; addresses are easier with its other alphabet (RFC 4648 section 5). */
function asBase64(text: string): string {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  return plain + '='.repeat((4 - (plain.length % 4)) % 4);
}
