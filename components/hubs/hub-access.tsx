import type { Translate } from '#lib/ctx';
import type { HubView } from '#lib/hubs/list-hubs';

import { State } from '../ui/state';
import { slot, Words } from '../ui/words';
import { contactHref, hubPath } from './hub-looks';

/** Whether this visitor may enter, and whom to ask if not. */
export function HubAccess({
  hub,
  visitor,
  site,
  t,
}: {
  hub: HubView;
  visitor: { shown: boolean; accepted: boolean; commonName: string | null };
  site: { gateUrl: string };
  t: Translate;
}) {
  return (
    <section className="panel" aria-labelledby="access">
      <h2 id="access">{t('hubs.one.accessTitle')}</h2>
      <div className="panel-body stack-2">
        {hub.access === undefined ? null : <p>{hub.access}</p>}
        {hub.routed ? <Verdict {...{ hub, visitor, site, t }} /> : <p>{t('hubs.one.unrouted')}</p>}
        {hub.mayEnter === true || !hub.routed ? null : <Ask hub={hub} t={t} />}
      </div>
    </section>
  );
}

function Verdict({ hub, visitor, site, t }: Parameters<typeof HubAccess>[0]) {
  const { mayEnter } = hub;
  if (mayEnter === undefined) {
    return (
      <>
        <p>{t('hubs.one.accessUnknown')}</p>
        <p>
          <a href={`${site.gateUrl}/auth/certificate`}>{t('hubs.one.show')}</a>
        </p>
      </>
    );
  }
  if (mayEnter) {
    return (
      <p>
        <State kind="ok" wrap>
          {t('hubs.one.accessYes')}
        </State>
      </p>
    );
  }
  if (!visitor.accepted) {
    return (
      <>
        <p>
          <State kind="bad" wrap>
            {t('hubs.one.accessInvalid')}
          </State>
        </p>
        <p>
          <a href={`${site.gateUrl}/status/cert-check`}>{t('hubs.one.check')}</a>
        </p>
      </>
    );
  }
  return (
    <p>
      <State kind="off" icon="none" wrap>
        {t('hubs.one.accessNo', { name: visitor.commonName ?? '?' })}
      </State>
    </p>
  );
}

function Ask({ hub, t }: { hub: HubView; t: Translate }) {
  const { contact } = hub;
  if (contact === undefined) return <p>{t('hubs.one.askNobody')}</p>;
  return (
    <p>
      <Words
        text={t('hubs.one.askContact', { contact: slot('contact') })}
        slots={{ contact: <Contact hub={hub} contact={contact} /> }}
      />
    </p>
  );
}

/** A mailbox or a page as a link; a room or a telephone number as it is. */
export function Contact({ hub, contact }: { hub: HubView; contact: string }) {
  // Registration files are claims of whoever may write them: only of what the gate routes there are links.
  const href = hub.routed ? contactHref(contact, hubPath(hub)) : null;
  if (href === null) return <span className="break">{contact}</span>;
  return (
    <a className="break" href={href} rel="noreferrer">
      {contact}
    </a>
  );
}
