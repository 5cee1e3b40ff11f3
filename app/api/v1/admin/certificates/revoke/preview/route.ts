/** POST /api/v1/admin/certificates/revoke/preview {select, reason} -> how many, whose, which hubs; nothing is done. */
import { previewRevocation } from '#lib/certificates/preview-revocation';
import { PreviewRevocationBody } from '#lib/certificates/revoke-body';
import { RevocationPreviewAnswer } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';

export const POST = route({
  access: 'certificates.revoke',
  audit: 'certificate.revoke-preview',
  summary: 'What revoking a selection would do',
  body: PreviewRevocationBody,
  response: RevocationPreviewAnswer,
  run: (ctx, { body }) => previewRevocation(ctx, body),
});
