import type { ReactNode } from 'react';

import { Icon } from './icon';

/** Details for those who want them; works without JavaScript. */
export function Fold({
  title,
  end,
  open = false,
  id,
  children,
}: {
  title: ReactNode;
  /** A word at the right edge. */
  end?: ReactNode;
  open?: boolean;
  id?: string;
  children: ReactNode;
}) {
  return (
    <details className="fold" open={open} id={id}>
      <summary>
        <Icon name="chevron" />
        {title}
        {end ? <span className="end">{end}</span> : null}
      </summary>
      <div className="stack-2">{children}</div>
    </details>
  );
}
