import type { ReactNode } from 'react';

import { Icon, type IconName } from './icon';

const ICONS: Record<'plain' | 'ok' | 'warn' | 'bad', IconName> = {
  plain: 'info',
  ok: 'ok',
  warn: 'warn',
  bad: 'bad',
};

/** Something that the visitor should know here and now. `alert` announces it at once. */
export function Callout({
  kind = 'plain',
  alert = false,
  children,
}: {
  kind?: 'plain' | 'ok' | 'warn' | 'bad';
  alert?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={kind === 'plain' ? 'callout' : `callout is-${kind}`} role={alert ? 'alert' : undefined}>
      <Icon name={ICONS[kind]} />
      <div>{children}</div>
    </div>
  );
}
