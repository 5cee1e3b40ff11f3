/** GET /api/v1/admin/certificates -> {items, nextCursor}. */
import { listCertificates } from '#lib/certificates/list-certificates';
import { CertificateList, CertificateListQuery } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'certificates.read',
  audit: 'certificate.list',
  summary: 'Certificates',
  query: CertificateListQuery,
  response: CertificateList,
  run: (ctx, { query }) => listCertificates(ctx, query),
});
