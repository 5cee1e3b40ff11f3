import type { Translate } from '#lib/ctx';
import type { HubView } from '#lib/hubs/list-hubs';

import { spanOfTime } from '../ui/relative-time';
import { State } from '../ui/state';
import { hubLook, hubPath, hubTitle, latencyText, whyKey } from './hub-looks';

/** As many as a wall screen shows without scrolling; trouble is never left out. */
const TILES_MAX = 36;

const ORDER: readonly HubView['state'][] = ['down', 'stale', 'degraded', 'starting', 'unknown', 'up'];

/** The hubs as tiles to be read from across a room: trouble first, then by name. */
export function HubKiosk({
  hubs,
  t,
  now,
  locale,
}: {
  hubs: readonly HubView[];
  t: Translate;
  now: Date;
  locale: string;
}) {
  const sorted = [...hubs].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const shown = sorted.filter((hub, index) => index < TILES_MAX || hub.state !== 'up');
  const left = hubs.length - shown.length;
  return (
    <>
      <ul className="tiles" role="list">
        {shown.map((hub) => (
          <li key={hub.name} className={`tile tile-${hubLook(hub).kind}`}>
            <HubState hub={hub} t={t} />
            <p className="tile-name">{hubTitle(hub)}</p>
            <p className="tile-path mono break">{hubPath(hub)}</p>
            <p className="tile-why">{whyText(hub, { t, now, locale })}</p>
          </li>
        ))}
      </ul>
      {left > 0 ? <p className="kiosk-more">{t('hubs.kiosk.more', { n: left })}</p> : null}
    </>
  );
}

/** The state in one word, with its icon. */
export function HubState({ hub, t }: { hub: Pick<HubView, 'state' | 'routed'>; t: Translate }) {
  const { word, kind, icon } = hubLook(hub);
  return (
    <State kind={kind} icon={icon}>
      {t(`hubs.${word}`)}
    </State>
  );
}

/** Why it is so and since when, as one sentence. */
export function whyText(
  hub: HubView,
  { t, now, locale }: { t: Translate; now: Date; locale: string },
): string {
  return t(whyKey(hub), {
    span: spanOfTime((now.getTime() - Date.parse(hub.since)) / 1000, locale),
    latency: hub.latencyMs === undefined ? '' : latencyText(hub.latencyMs, locale),
  });
}
