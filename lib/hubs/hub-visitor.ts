import type { ClientCertificateStatus } from '../client-cert/status';
import type { HubVisitor } from './list-hubs';

/** The visitor of `listHubs`, from what cert-check knows. */
export function hubVisitor(status: ClientCertificateStatus): HubVisitor {
  if (!status.shown) return null;
  return {
    accepted: status.accepted,
    commonName: status.certificate?.commonName ?? null,
    units: unitsOfSubject(status.certificate?.subject ?? ''),
  };
}

/**
 * The organizational units of a name as cert-check words it (RFC 4514, the most special part first), in
 * the order of the certificate. A comma that belongs to a value is escaped there, and so is no border.
 */
export function unitsOfSubject(subject: string): string[] {
  const parts = subject.match(/(?:\\.|[^\\,+])+/gs) ?? [];
  return parts
    .filter((part) => part.startsWith('OU='))
    .map((part) => part.slice('OU='.length).replace(/\\(["+,;<>\\ #])/g, '$1'))
    .reverse();
}
