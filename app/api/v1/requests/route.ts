/**
 * POST /api/v1/requests -> 201 with the id and the pick-up secret, shown this once. A body of type
 * application/pkcs10 or application/x-pem-file is the CSR itself, with ?email=.
 */
import { SubmitBody, Submitted, SubmitQuery } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { submitFromApi, type ApiSubmission } from '#lib/http/submit-from-api';

export const POST = route({
  access: 'public',
  audit: 'request.submit',
  summary: 'Ask for a certificate',
  query: SubmitQuery,
  body: SubmitBody.transform((body): ApiSubmission => ({ ...body, csr: new TextEncoder().encode(body.csr) })),
  raw: {
    types: [
      'application/pkcs10',
      'application/x-pem-file',
      'application/x-x509-csr',
      'application/octet-stream',
    ],
    read: (csr, query): ApiSubmission => ({ ...query, csr }),
  },
  response: Submitted,
  status: 201,
  run: (ctx, { body }) => submitFromApi(ctx, body),
});
