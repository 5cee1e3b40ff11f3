import type { z } from 'zod';

import type { Ctx } from '../ctx';
import { submitInvited } from '../events/submit-invited';
import { submitRequest } from '../requests/submit-request';
import type { SubmitBody } from './api-schemas';

/** What the API's two forms of a submission have in common: the CSR as bytes, the rest as text. */
export type ApiSubmission = Omit<z.output<typeof SubmitBody>, 'csr'> & { csr: Uint8Array };

/** Submits, and says where the request's page is. `null` and absence mean the same to programs. */
export async function submitFromApi(ctx: Ctx, input: ApiSubmission) {
  const { id, state, pickupSecret } = await submit(ctx, input);
  return { id, state, statusUrl: `${ctx.config.site.url}/certs/requests/${id}`, pickupSecret };
}

/** An invitation says whose account it is, and whose address: what else is named of these does not count. */
function submit(ctx: Ctx, input: ApiSubmission) {
  const { invitation, csr } = input;
  if (invitation !== undefined && invitation !== null && invitation !== '') {
    return submitInvited(ctx, {
      secret: invitation,
      csr,
      label: input.label ?? undefined,
      trustProof: input.trustProof ?? undefined,
      source: 'api',
    });
  }
  return submitRequest(ctx, {
    csr,
    email: input.email ?? null,
    commonName: input.commonName ?? undefined,
    name: input.name ?? undefined,
    profile: input.profile ?? undefined,
    note: input.note ?? undefined,
    label: input.label ?? undefined,
    dnsNames: input.dnsNames ?? undefined,
    ipAddresses: input.ipAddresses ?? undefined,
    trustProof: input.trustProof ?? undefined,
    source: 'api',
  });
}
