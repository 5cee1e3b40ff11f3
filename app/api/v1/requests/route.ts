/**
 * POST /api/v1/requests -> 201 with the id and the pick-up secret, shown this once. A body of type
 * application/pkcs10 or application/x-pem-file is the CSR itself, with ?email=.
 */
import { invitedLimit } from '#lib/http/invitation-cookie';
import { CSR_TYPES, SubmitBody, Submitted, SubmitQuery } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { submitFromApi, type ApiSubmission } from '#lib/http/submit-from-api';

export const POST = route({
  access: 'public',
  audit: 'request.submit',
  summary: 'Ask for a certificate',
  query: SubmitQuery,
  body: SubmitBody.transform((body): ApiSubmission => ({ ...body, csr: new TextEncoder().encode(body.csr) })),
  raw: { types: CSR_TYPES, read: (csr, query): ApiSubmission => ({ ...query, csr }) },
  response: Submitted,
  status: 201,
  // Whole classes sit behind one address.
  limitOf: (ctx, { invitation }) => invitedLimit(ctx, invitation),
  run: (ctx, { body }) => submitFromApi(ctx, body),
});
