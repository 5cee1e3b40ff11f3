import type { ReactNode } from 'react';

/** Where toasts stand; announced politely. Keep it in the page, also when empty, so that it is heard. */
export function Toasts({ children }: { children: ReactNode }) {
  return (
    <div className="toasts" role="status" aria-live="polite">
      {children}
    </div>
  );
}

/** What has just happened, with at most one thing to do about it. */
export function Toast({
  kind = 'plain',
  action,
  children,
}: {
  kind?: 'ok' | 'plain';
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className={kind === 'ok' ? 'toast' : 'toast is-plain'}>
      <span>{children}</span>
      {action}
    </div>
  );
}
