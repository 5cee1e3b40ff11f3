import type { Translate } from '#lib/ctx';

import { Button } from '#components/ui/button';

/**
 * What can be done with the ticked requests. Approve is a server action; reject and ask lead to a
 * page that asks for the words, and approvals that need a passkey to one that asks for the touch. All three work without JavaScript.
 */
export function BulkBar({
  formId,
  approve,
  touched,
  total,
  note,
  t,
}: {
  formId: string;
  approve: (form: FormData) => Promise<void>;
  /** Approvals need a passkey: a page of its own asks for it. */
  touched: boolean;
  total: number;
  note: string;
  t: Translate;
}) {
  return (
    <form
      id={formId}
      className="bulk"
      method="get"
      action="/admin/bulk"
      aria-label={t('admin.queue.selectionAria')}
    >
      <b data-selection="" data-total={total} aria-live="polite">
        {t('admin.queue.selectHelp')}
      </b>
      <span className="actions">
        <Button
          type="submit"
          look="primary"
          formAction={touched ? '/admin/approve' : approve}
          data-approve-many=""
          data-needs-selection=""
        >
          {t('admin.queue.approveSelected')}
        </Button>
        <Button type="submit" name="do" value="reject" data-reject-many="" data-needs-selection="">
          {t('admin.queue.rejectMany')}
        </Button>
        <Button type="submit" name="do" value="ask" data-ask-many="" data-needs-selection="">
          {t('admin.queue.askMany')}
        </Button>
      </span>
      <span className="end">{note}</span>
    </form>
  );
}
