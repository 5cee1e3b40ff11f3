import { relativeTime, utcTime } from './relative-time';

/**
 * A moment as people say it; focus or hover shows it in UTC. `TimeKeeper` (in the shell) keeps the
 * words right while the page stands open.
 *
 * @param at  ISO 8601, as the views carry it
 * @param now the moment of rendering, from `ctx.now()`
 */
export function Time({ at, now, locale }: { at: string | Date; now: Date; locale: string }) {
  const moment = new Date(at);
  return (
    <time
      className="time"
      tabIndex={0}
      dateTime={moment.toISOString()}
      data-utc={utcTime(moment)}
      data-relative=""
      suppressHydrationWarning
    >
      {relativeTime(moment, now, locale)}
    </time>
  );
}
