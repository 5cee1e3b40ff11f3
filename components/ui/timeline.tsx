import type { ReactNode } from 'react';

import { Icon, type IconName } from './icon';
import { Time } from './time';

export type TimelineItem = {
  state: 'done' | 'at' | 'todo' | 'bad';
  title: ReactNode;
  text?: ReactNode;
  /** ISO 8601 */
  at?: string;
};

const ICONS: Record<TimelineItem['state'], IconName> = { done: 'ok', at: 'now', todo: 'todo', bad: 'bad' };

/** What happened, who acts now, what is still to come. */
export function Timeline({
  items,
  now,
  locale,
}: {
  items: readonly TimelineItem[];
  now: Date;
  locale: string;
}) {
  return (
    <ol className="timeline">
      {items.map((item, index) => (
        <li key={index} className={item.state} aria-current={item.state === 'at' ? 'step' : undefined}>
          <Icon name={ICONS[item.state]} />
          <div>
            <h3>{item.title}</h3>
            {item.text ? <p>{item.text}</p> : null}
          </div>
          {item.at ? <Time at={item.at} now={now} locale={locale} /> : null}
        </li>
      ))}
    </ol>
  );
}
