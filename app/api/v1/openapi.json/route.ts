/** GET /api/v1/openapi.json: made from the zod schemas that the routes validate with. */
import { openApi, type ApiRoutes } from '#lib/http/openapi';
import { route } from '#lib/http/route';

import * as adminAudit from '../admin/audit/route';
import * as adminAuditExport from '../admin/audit/export/route';
import * as adminCertificates from '../admin/certificates/route';
import * as adminRevokeMany from '../admin/certificates/revoke/route';
import * as adminRevokePreview from '../admin/certificates/revoke/preview/route';
import * as adminRevoke from '../admin/certificates/[serial]/revoke/route';
import * as adminEvents from '../admin/events/route';
import * as adminEvent from '../admin/events/[id]/route';
import * as adminEventApprove from '../admin/events/[id]/approve/route';
import * as adminEventInvite from '../admin/events/[id]/invite/route';
import * as adminEventReject from '../admin/events/[id]/reject/route';
import * as adminEventRevoke from '../admin/events/[id]/revoke/route';
import * as adminHubs from '../admin/hubs/access/route';
import * as adminHub from '../admin/hubs/[name]/access/route';
import * as adminHubExport from '../admin/hubs/[name]/access/export/route';
import * as adminHubImport from '../admin/hubs/[name]/access/import/route';
import * as adminRequests from '../admin/requests/route';
import * as adminRequest from '../admin/requests/[id]/route';
import * as adminApprove from '../admin/requests/[id]/approve/route';
import * as adminReject from '../admin/requests/[id]/reject/route';
import * as adminSign from '../admin/requests/sign/route';
import * as hubs from '../hubs/route';
import * as hubEvents from '../hubs/events/route';
import * as hubBadge from '../hubs/[name]/badge.svg/route';
import * as hubHistory from '../hubs/[name]/history/route';
import * as hubOutages from '../hubs/outages.atom/route';
import * as renewals from '../renewals/route';
import * as requests from '../requests/route';
import * as request from '../requests/[id]/route';
import * as requestFile from '../requests/[id]/[file]/route';
import * as requestRevoke from '../requests/[id]/revoke/route';
import * as requestRevokeRenewed from '../requests/[id]/revoke-renewed/route';
import * as requestWithdraw from '../requests/[id]/withdraw/route';

/** Every route of the API; a test compares this with the folders. */
const ROUTES: ApiRoutes = {
  '/api/v1/requests': requests,
  '/api/v1/requests/{id}': request,
  '/api/v1/requests/{id}/{file}': requestFile,
  '/api/v1/requests/{id}/withdraw': requestWithdraw,
  '/api/v1/requests/{id}/revoke': requestRevoke,
  '/api/v1/requests/{id}/revoke-renewed': requestRevokeRenewed,
  '/api/v1/renewals': renewals,
  '/api/v1/admin/hubs/access': adminHubs,
  '/api/v1/admin/hubs/{name}/access': adminHub,
  '/api/v1/admin/hubs/{name}/access/export': adminHubExport,
  '/api/v1/admin/hubs/{name}/access/import': adminHubImport,
  '/api/v1/hubs': hubs,
  '/api/v1/hubs/events': hubEvents,
  '/api/v1/hubs/outages.atom': hubOutages,
  '/api/v1/hubs/{name}/history': hubHistory,
  '/api/v1/hubs/{name}/badge.svg': hubBadge,
  '/api/v1/admin/requests': adminRequests,
  '/api/v1/admin/requests/{id}': adminRequest,
  '/api/v1/admin/requests/{id}/approve': adminApprove,
  '/api/v1/admin/requests/{id}/reject': adminReject,
  '/api/v1/admin/requests/sign': adminSign,
  '/api/v1/admin/events': adminEvents,
  '/api/v1/admin/events/{id}': adminEvent,
  '/api/v1/admin/events/{id}/approve': adminEventApprove,
  '/api/v1/admin/events/{id}/invite': adminEventInvite,
  '/api/v1/admin/events/{id}/reject': adminEventReject,
  '/api/v1/admin/events/{id}/revoke': adminEventRevoke,
  '/api/v1/admin/audit': adminAudit,
  '/api/v1/admin/audit/export': adminAuditExport,
  '/api/v1/admin/certificates': adminCertificates,
  '/api/v1/admin/certificates/revoke': adminRevokeMany,
  '/api/v1/admin/certificates/revoke/preview': adminRevokePreview,
  '/api/v1/admin/certificates/{serial}/revoke': adminRevoke,
};

export const GET = route({
  access: 'public',
  run: (ctx) => openApi(ROUTES, ctx.config.site),
});
