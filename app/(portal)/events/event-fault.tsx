import { Callout } from '#components/ui/callout';
import { Words, slot } from '#components/ui/words';
import { REMEDIES } from '#lib/events/approval-fault';
import type { EventView } from '#lib/events/view-event';
import type { Page } from '#lib/http/page';

/**
 * That the signer would sign nothing for the event, although the portal has it approved or waiting; why,
 * and what mends it.
 *
 * @param decides the reader's own step, where they are an approver on the page that decides
 */
export function EventFault({
  page: { t },
  event: { id, fault },
  decides,
}: {
  page: Pick<Page, 't'>;
  event: Pick<EventView, 'id' | 'fault'>;
  decides: boolean;
}) {
  if (fault === null) return null;
  const remedy = REMEDIES[fault];
  return (
    <Callout kind={fault === 'unknown' || fault === 'unfinished' ? 'warn' : 'bad'}>
      <p>
        <b>{t(`events.fault.title.${fault}`)}</b>
      </p>
      <p>{t(`events.fault.why.${fault}`)}</p>
      {remedy === null ? null : (
        <p>
          <Words
            text={t(`events.fault.todo.${remedy}${decides ? 'Here' : ''}`, { link: slot('link') })}
            slots={{ link: <a href={`/admin/events/${id}`}>/admin/events/{id}</a> }}
          />
        </p>
      )}
    </Callout>
  );
}
