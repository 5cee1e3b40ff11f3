import type { RequestSummary } from '../db/requests';
import type { CheckResult } from '../x509/check-result';
import { stateOf } from './transition';
import type { EmailState, Finding, RequestItem } from './views';

/** A row of the database as lists show it. The words were written by the portal itself. */
export function requestItem(row: RequestSummary): RequestItem {
  return {
    id: row.id,
    state: stateOf(row),
    version: row.version,
    profile: row.profile === 'server' ? 'server' : 'user',
    commonName: row.commonName,
    email: row.email,
    emailState: row.emailState as EmailState,
    name: row.name,
    note: row.note,
    label: row.label,
    keyLabel: row.keyLabel,
    spkiSha256: row.spkiSha256,
    finding: row.finding as Finding,
    checks: storedChecks(row),
    trust: row.trust as RequestItem['trust'],
    accountState: row.accountState as RequestItem['accountState'],
    accountProof: row.accountProof as RequestItem['accountProof'],
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    signAfter: row.signAfter?.toISOString() ?? null,
    serial: row.serial,
  };
}

export function storedChecks(row: Pick<RequestSummary, 'checks'>): CheckResult[] {
  return JSON.parse(row.checks) as CheckResult[];
}
