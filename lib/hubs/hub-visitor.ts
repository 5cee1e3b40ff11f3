import type { ClientCertificateStatus } from '../client-cert/status';
import type { HubVisitor } from './list-hubs';

/** The visitor of `listHubs`, from what cert-check knows. */
export function hubVisitor(status: ClientCertificateStatus): HubVisitor {
  if (!status.shown) return null;
  return { accepted: status.accepted, commonName: status.certificate?.commonName ?? null };
}
