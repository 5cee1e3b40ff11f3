import type { ReactNode } from 'react';

import { Toast } from '#components/ui/toast';

/** What the last form did, told once at the head of the page it led to: it covers no button. */
export function Flash({
  kind = 'ok',
  children,
  action,
}: {
  kind?: 'ok' | 'plain';
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flash" role="status">
      <Toast kind={kind} action={action}>
        {children}
      </Toast>
    </div>
  );
}
