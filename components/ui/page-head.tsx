import type { ReactNode } from 'react';

import { Icon, type IconName } from './icon';

/** The first line of a page answers what the visitor came to know; the lede says what follows from it. */
export function PageHead({
  title,
  lede,
  crumb,
  kind,
  icon,
}: {
  title: ReactNode;
  lede?: ReactNode;
  crumb?: ReactNode;
  kind?: 'ok' | 'warn' | 'bad' | 'wait' | undefined;
  icon?: IconName | undefined;
}) {
  return (
    <div className="head">
      {crumb ? <p className="crumb">{crumb}</p> : null}
      <h1 className={kind ? `is-${kind}` : undefined}>
        {(icon ?? kind) ? <Icon name={icon ?? kind ?? 'info'} /> : null}
        {(icon ?? kind) ? <span>{title}</span> : title}
      </h1>
      {lede ? <p className="lede">{lede}</p> : null}
    </div>
  );
}
