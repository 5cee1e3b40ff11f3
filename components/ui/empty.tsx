import type { ReactNode } from 'react';

/** Nothing to show: the fact, its cause, one thing to do. */
export function Empty({
  title,
  action,
  children,
}: {
  title: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      <p>{children}</p>
      {action ? <p className="actions">{action}</p> : null}
    </div>
  );
}
