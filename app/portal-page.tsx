import { headers } from 'next/headers';
import type { ReactNode } from 'react';

import { Shell, type Place } from '#components/portal/shell';
import { requestOrigin } from '#lib/http/site';
import type { Page } from '#lib/http/page';
import { allows } from '#lib/identity/role-table';
import { caFacts } from '#lib/trust/ca-facts';

import packageFacts from '../package.json';

/** Puts a page into the shell: who is there, what the footer says. On the gate's name all links lead to the portal. */
export async function PortalPage({
  page,
  at,
  children,
}: {
  page: Page;
  at: Place | null;
  children: ReactNode;
}) {
  const { config, ctx, person, visitor } = page;
  const cas = caFacts(ctx.paths);
  return (
    <Shell
      t={page.t}
      locale={page.locale}
      siteName={config.site.name}
      organisation={config.pki.org}
      unit={config.pki.ou}
      evaluation={page.evaluation}
      demo={page.demo}
      at={at}
      origin={await linkOrigin(page)}
      shown={
        visitor.shown
          ? { commonName: visitor.certificate?.commonName ?? '?', accepted: visitor.accepted }
          : null
      }
      person={
        person === null ? null : { name: person.name, admin: allows(person.roles, 'administration.open') }
      }
      footer={{
        contact: config.site.contact,
        rootFingerprint: cas?.root.fingerprintSha256 ?? null,
        crlUpdatedAt: cas?.crlUpdatedAt ?? null,
        version: packageFacts.version,
        languages: page.languages,
        now: ctx.now(),
      }}
    >
      {children}
    </Shell>
  );
}

/** Empty where links stay on this name; the portal's origin on the gate's name, which carries hubs. */
export async function linkOrigin(page: Page): Promise<string> {
  const { url, gateUrl } = page.config.site;
  if (page.site !== 'gate' || url === gateUrl) return '';
  const here = await headers();
  return requestOrigin(here.get('host'), here.get('x-forwarded-proto')) === url ? '' : url;
}
