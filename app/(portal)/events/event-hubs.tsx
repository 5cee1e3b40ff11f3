import { Button } from '#components/ui/button';
import { CodeBlock } from '#components/ui/code-block';
import { State } from '#components/ui/state';
import type { EventView } from '#lib/events/view-event';
import type { Page } from '#lib/http/page';

/**
 * Which hubs the event opens: for each one of its plan, whether the hub's list names it, and what adds it.
 *
 * @param letIn for operators; everybody else sees the command, to pass on
 */
export function EventHubs({
  page: { t },
  event,
  letIn,
}: {
  page: Page;
  event: EventView;
  letIn: ((form: FormData) => Promise<void>) | null;
}) {
  if (event.lists.length === 0) return <p>{t('events.hubs.none')}</p>;
  const ended = event.phase === 'closed' || event.phase === 'over';
  const missing = ended ? [] : event.lists.filter(({ named }) => !named);
  return (
    <div className="stack-2">
      <ul className="stack-2">
        {event.lists.map(({ hub, planned, named }) => (
          <li key={hub}>
            <span className="mono">{hub}</span>{' '}
            <State kind={named ? 'ok' : 'warn'} wrap>
              {t(`events.hubs.${named ? (planned ? 'named' : 'unplanned') : 'missing'}`)}
            </State>
            {named || ended || letIn === null ? null : (
              <form action={letIn}>
                <input type="hidden" name="id" value={event.id} />
                <input type="hidden" name="hub" value={hub} />
                <Button type="submit" small>
                  {t('events.hubs.letIn', { hub })}
                </Button>
              </form>
            )}
          </li>
        ))}
      </ul>
      {missing.length === 0 || letIn !== null ? null : (
        <>
          <p className="meta">{t('events.hubs.ask')}</p>
          <CodeBlock
            code={missing.map(({ hub }) => `npx hubgate hubs allow ${hub} --event ${event.id}`).join('\n')}
            about={t('common.aboutCommand')}
            t={t}
          />
        </>
      )}
    </div>
  );
}
