import type { ReactNode } from 'react';

import { caAlarms } from '#lib/certificates/ca-alarms';
import type { Role } from '#lib/ctx';
import type { Page } from '#lib/http/page';
import { hubOverview } from '#lib/onboarding/hub-overview';
import { viewSigner } from '#lib/onboarding/signer-view';
import { requestCounts } from '#lib/requests/request-counts';
import { caFacts } from '#lib/trust/ca-facts';

import { ADMIN_PLACES, AdminShell, type AdminPlace } from '#components/admin/admin-shell';

import { CaAlarms } from './ca-alarms';
import { signOut } from './session-actions';
import packageFacts from '../../package.json';
import './admin-pages.css';

/** Whom each place is for; the pages themselves refuse by the same lists. */
export const PLACE_ROLES: Record<AdminPlace, readonly [Role, ...Role[]]> = {
  queue: ['approver', 'auditor'],
  certificates: ['operator', 'approver', 'auditor'],
  hubs: ['operator', 'admin', 'auditor', 'approver'],
  people: ['admin', 'auditor'],
  audit: ['auditor', 'admin', 'operator'],
  ca: ['operator', 'admin', 'auditor', 'approver'],
};

/** Puts a page of the administration into its shell: what waits, how the signer is, who is there. */
export async function AdminFrame({
  page,
  at,
  counts,
  children,
}: {
  page: Page & { person: NonNullable<Page['person']> };
  at: AdminPlace | null;
  /** When the page has counted already. */
  counts?: { SUBMITTED: number };
  children: ReactNode;
}) {
  const { ctx, config, person } = page;
  const mayCount = PLACE_ROLES.queue.some((role) => person.roles.includes(role));
  const [signer, hubs, alarms] = await Promise.all([viewSigner(ctx), hubOverview(ctx), caAlarms(ctx)]);
  const cas = caFacts(ctx.paths);
  const waiting = mayCount ? (counts ?? (await requestCounts(ctx))) : { SUBMITTED: 0 };
  return (
    <AdminShell
      t={page.t}
      locale={page.locale}
      organisation={config.pki.org}
      unit={config.pki.ou}
      evaluation={page.evaluation}
      demo={page.demo}
      at={at}
      places={ADMIN_PLACES.filter((place) => PLACE_ROLES[place].some((role) => person.roles.includes(role)))}
      waiting={waiting.SUBMITTED}
      hubProblems={hubs.problems}
      signer={signer.state}
      person={person.name}
      firstSteps
      signOut={signOut}
      footer={{
        contact: config.site.contact,
        rootFingerprint: cas?.root.fingerprintSha256 ?? null,
        crlUpdatedAt: signer.status?.crlThisUpdate ?? cas?.crlUpdatedAt ?? null,
        version: packageFacts.version,
        now: ctx.now(),
      }}
    >
      <CaAlarms alarms={alarms} page={page} />
      {children}
    </AdminShell>
  );
}
