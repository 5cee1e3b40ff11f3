import type { ReactNode } from 'react';

import { Icon, type IconName } from './icon';

export type StateKind = 'ok' | 'warn' | 'bad' | 'wait' | 'off';

const DEFAULT_ICON: Record<StateKind, IconName> = {
  ok: 'ok',
  warn: 'warn',
  bad: 'bad',
  wait: 'wait',
  off: 'stale',
};

/** A state in one word, always with its icon: colour alone says nothing. */
export function State({
  kind,
  icon,
  wrap = false,
  children,
}: {
  kind: StateKind;
  icon?: IconName;
  /** For sentences that may break over lines. */
  wrap?: boolean;
  children: ReactNode;
}) {
  return (
    <span className={`state is-${kind}${wrap ? ' wrap' : ''}`}>
      <Icon name={icon ?? DEFAULT_ICON[kind]} />
      {wrap ? <span>{children}</span> : children}
    </span>
  );
}
