import { z } from 'zod';

import type { HubNoticeRow } from '../../db/hub-notices';
import { HubgateError } from '../../errors';

/** Maintenance of hubs, as people see it. */
export type Notice = {
  id: string;
  /** One line; never empty. */
  title: string;
  /** What follows from it for people; may be empty. */
  text: string;
  /** Hubs by name; empty when it is about all of them. */
  hubs: readonly string[];
  startsAt: Date;
  /** Null: until further notice. */
  endsAt: Date | null;
};

/** What administrators fill in. */
export type NoticeWords = Omit<Notice, 'id'>;

export const NOTICE_TITLE_MAX = 100;
export const NOTICE_TEXT_MAX = 500;
export const NOTICE_HUBS_MAX = 100;

/** As registration files give them, `astro` or `astro-2`. */
const HUB_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,67}$/;

/**
 * Checks an announcement and brings it into the form in which it is kept.
 *
 * A hub need not be registered: maintenance is announced of those that are switched off, too.
 *
 * @throws {HubgateError} `http.invalid` and `hub.name` with the field at fault; `hub.notice-dates` when
 *   it ends before it begins or is over already
 */
export function checkNotice(words: NoticeWords, now: Date): NoticeWords {
  const title = oneLine('title', words.title, NOTICE_TITLE_MAX);
  if (title === '') {
    throw new HubgateError('http.invalid', 'Say in one line what will happen.', {
      field: 'title',
      params: { reason: 'missing' },
    });
  }
  const text = oneLine('text', words.text, NOTICE_TEXT_MAX);
  const hubs = [...new Set(words.hubs)].sort();
  if (hubs.length > NOTICE_HUBS_MAX) {
    throw new HubgateError('http.invalid', `At most ${NOTICE_HUBS_MAX} hubs; name none for all.`, {
      field: 'hubs',
      params: { reason: 'too-many', limit: NOTICE_HUBS_MAX },
    });
  }
  const wrong = hubs.find((name) => !HUB_NAME.test(name));
  if (wrong !== undefined) {
    throw new HubgateError(
      'hub.name',
      `"${wrong.slice(0, 64)}" is not a hub's name: it is the name of its registration file, without ".hub".`,
      { field: 'hubs' },
    );
  }
  const { startsAt, endsAt } = words;
  if (endsAt !== null && endsAt <= startsAt) {
    throw new HubgateError('hub.notice-dates', 'It would end before it begins.', { field: 'until' });
  }
  if (endsAt !== null && endsAt <= now) {
    throw new HubgateError('hub.notice-dates', 'It is over already: nobody would see it.', {
      field: 'until',
    });
  }
  return { title, text, hubs, startsAt, endsAt };
}

function oneLine(field: string, raw: string, max: number): string {
  // It stands in lists of others' hubs: no line breaks, nothing that turns the direction of writing.
  const line = raw.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  if (line.length <= max) return line;
  throw new HubgateError('http.invalid', `At most ${max} characters, and these are ${line.length}.`, {
    field,
    params: { reason: 'too-long', limit: max },
  });
}

const Names = z.array(z.string());

/** The columns of what people fill in. */
export function noticeColumns(words: NoticeWords) {
  const { title, text, hubs, startsAt, endsAt } = words;
  return { title, text, hubs: JSON.stringify(hubs), startsAt, endsAt };
}

export function noticeOf(row: HubNoticeRow): Notice {
  const { id, title, text, startsAt, endsAt } = row;
  return { id, title, text, hubs: Names.parse(JSON.parse(row.hubs)), startsAt, endsAt };
}

/** Whether it is about this hub. */
export function concerns(notice: Pick<Notice, 'hubs'>, hub: string): boolean {
  return notice.hubs.length === 0 || notice.hubs.includes(hub);
}
