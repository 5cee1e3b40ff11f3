/**
 * POST /api/v1/renewals over the client certificate on the gate's name -> 201 with the id and the
 * pick-up secret, as for requests. Or on any name with `serial` and `proof`, the old key's signature.
 * A body of type application/pkcs10 or application/x-pem-file is the CSR itself.
 */
import { CSR_TYPES, RenewBody, Renewed, RenewQuery } from '#lib/http/api-schemas';
import { renewFromApi, type ApiRenewal } from '#lib/http/renew-from-api';
import { route } from '#lib/http/route';

export const POST = route({
  access: 'public',
  audit: 'certificate.renew',
  summary: 'Renew a certificate, shown as the TLS client certificate on the gate’s name',
  query: RenewQuery,
  body: RenewBody.transform((body): ApiRenewal => ({ ...body, csr: new TextEncoder().encode(body.csr) })),
  raw: { types: CSR_TYPES, read: (csr, query): ApiRenewal => ({ ...query, csr }) },
  response: Renewed,
  status: 201,
  run: (ctx, { body, request, caller }) => renewFromApi(ctx, body, { request, caller }),
});
