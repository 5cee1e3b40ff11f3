import type { ReactNode } from 'react';

import type { Translate } from '#lib/ctx';
import type { HubView } from '#lib/hubs/list-hubs';

import { Contact } from './hub-access';
import { isWebAddress, latencyText } from './hub-looks';

/** What a hub offers, as its registration and its answers say. */
export function HubFacts({ hub, t, locale }: { hub: HubView; t: Translate; locale: string }) {
  const { url, resources, version, latencyMs, documentation, contact, routed } = hub;
  const linked = documentation !== undefined && routed && isWebAddress(documentation);
  const rows: [key: string, value: ReactNode][] = [
    [
      'address',
      <span key="a" className="mono break">
        {url}
      </span>,
    ],
    ['resources', resources],
    ['version', version === undefined ? undefined : t('hubs.version', { version })],
    ['latency', latencyMs === undefined ? undefined : latencyText(latencyMs, locale)],
    [
      'documentation',
      linked ? (
        <a key="d" className="break" href={documentation} rel="noreferrer">
          {documentation}
        </a>
      ) : documentation === undefined ? undefined : (
        <span key="d" className="break">
          {documentation}
        </span>
      ),
    ],
    ['contact', contact === undefined ? undefined : <Contact key="c" hub={hub} contact={contact} />],
  ];
  return (
    <section aria-labelledby="about">
      <h2 id="about" className="hub-h2">
        {t('hubs.one.factsTitle')}
      </h2>
      <dl className="kv">
        {rows.map(([key, value]) =>
          value === undefined ? null : (
            <div key={key} className="kv-row">
              <dt>{t(`hubs.one.${key}`)}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}
