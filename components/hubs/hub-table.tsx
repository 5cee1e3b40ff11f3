import type { ReactNode } from 'react';

import type { Translate } from '#lib/ctx';

import { IconSymbols } from '../ui/icon';
import { hubIconSymbols, type HubIcon } from './hub-icons';
import { ROW_ICONS } from './hub-rows';

/** The table around its body of rendered rows, with the icons that they point to. */
export function HubTable({
  headsHidden = false,
  strips = false,
  icons,
  t,
  children,
}: {
  headsHidden?: boolean;
  /** Whether the rows have a strip of their last 90 days. */
  strips?: boolean;
  /** What the hubs of these rows chose. */
  icons: readonly (HubIcon | undefined)[];
  t: Translate;
  /** One `tbody`. */
  children: ReactNode;
}) {
  const heads = strips ? ['hub', 'state', 'strip', 'you'] : ['hub', 'state', 'you'];
  return (
    <>
      <IconSymbols names={ROW_ICONS} />
      <svg
        className="vh"
        aria-hidden="true"
        dangerouslySetInnerHTML={{ __html: hubIconSymbols(icons.filter((icon) => icon !== undefined)) }}
      />
      <table className={`table hubs ${strips ? 'hubs-full ' : ''}fold-table`} role="table">
        <caption className="vh">{t('hubs.table')}</caption>
        <thead role="rowgroup" className={headsHidden ? 'vh' : undefined}>
          <tr role="row">
            {heads.map((key) => (
              <th key={key} role="columnheader" scope="col">
                {t(`hubs.${key}`)}
              </th>
            ))}
          </tr>
        </thead>
        {children}
      </table>
    </>
  );
}
