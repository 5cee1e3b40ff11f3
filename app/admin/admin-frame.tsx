import type { ReactNode } from 'react';

import { caAlarms } from '#lib/certificates/ca-alarms';
import type { Page } from '#lib/http/page';
import { allows, type Permission } from '#lib/identity/role-table';
import { hubOverview } from '#lib/onboarding/hub-overview';
import { viewSigner } from '#lib/onboarding/signer-view';
import { requestCounts } from '#lib/requests/request-counts';
import { caFacts } from '#lib/trust/ca-facts';

import { ADMIN_PLACES, AdminShell, type AdminPlace } from '#components/admin/admin-shell';

import { CaAlarms } from './ca-alarms';
import { StepUp } from './step-up';
import { signOut } from './session-actions';
import packageFacts from '../../package.json';
import './admin-pages.css';

/** What each place needs; the pages themselves refuse by the same. */
export const PLACES = {
  queue: 'queue.read',
  certificates: 'certificates.read',
  events: 'events.read',
  hubs: 'hubs.read',
  people: 'people.read',
  audit: 'audit.read',
  ca: 'ca.read',
} as const satisfies Record<AdminPlace, Permission>;

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
  const mayCount = allows(person.roles, PLACES.queue);
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
      places={ADMIN_PLACES.filter((place) => allows(person.roles, PLACES[place]))}
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
        languages: page.languages,
        now: ctx.now(),
      }}
    >
      <StepUp page={page} here={at === 'queue' ? '/admin' : at === 'people' ? '/admin/people' : null} />
      <CaAlarms alarms={alarms} page={page} />
      {children}
    </AdminShell>
  );
}
