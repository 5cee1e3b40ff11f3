import type { ReactNode } from 'react';

import { Toast, Toasts } from '#components/ui/toast';

/** What the last form did, told once on the page it led to. */
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
    <Toasts>
      <Toast kind={kind} action={action}>
        {children}
      </Toast>
    </Toasts>
  );
}
