'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { action, wordedRefusal, formAction } from '#lib/http/action';
import { hostZone } from '#lib/http/host-zone';
import { openPage } from '#lib/http/page';
import { announceNotice } from '#lib/hubs/notices/announce-notice';
import { changeNotice } from '#lib/hubs/notices/change-notice';
import { instantOf } from '#lib/hubs/notices/local-time';
import type { NoticeWords } from '#lib/hubs/notices/notice';
import { withdrawNotice } from '#lib/hubs/notices/withdraw-notice';

const Id = z.string().min(1).max(64);
const Fields = z.object({
  title: z.string().max(1000),
  text: z.string().max(4000).default(''),
  hubs: z.string().max(10_000).default(''),
  from: z.string().max(40),
  until: z.string().max(40).default(''),
});

/** Announces maintenance. */
export const announce = action({
  access: 'hubs.manage',
  audit: 'notice.announce',
  input: Fields,
  run: async (ctx, input): Promise<never> => {
    await announceNotice(ctx, await wordsOf(input));
    redirect('/admin/notices?done=announced');
  },
});

/** Changes what was announced. */
export const change = action({
  access: 'hubs.manage',
  audit: 'notice.change',
  input: Fields.extend({ id: Id }),
  run: async (ctx, { id, ...input }): Promise<never> => {
    await changeNotice(ctx, { id, ...(await wordsOf(input)) });
    redirect('/admin/notices?done=changed');
  },
});

const withdrawOne = action({
  access: 'hubs.manage',
  audit: 'notice.withdraw',
  input: z.object({ id: Id }),
  run: (ctx, input) => withdrawNotice(ctx, input),
});

/** Takes an announcement from the pages. */
export const withdraw = formAction(withdrawOne, (state) =>
  redirect(
    state.ok === false
      ? `/admin/notices?problem=${encodeURIComponent(state.code)}`
      : '/admin/notices?done=withdrawn',
  ),
);

/** Dates are meant as the host's clocks show them; hubs are parted by commas or blanks. */
async function wordsOf(input: z.output<typeof Fields>): Promise<NoticeWords> {
  const { title, text, hubs } = input;
  return {
    title,
    text,
    hubs: hubs.split(/[\s,;]+/u).filter((name) => name !== ''),
    startsAt: await dateOf('from', input.from),
    endsAt: input.until === '' ? null : await dateOf('until', input.until),
  };
}

async function dateOf(field: 'from' | 'until', text: string): Promise<Date> {
  const at = instantOf(text.trim().replace(' ', 'T'), hostZone());
  if (at !== null) return at;
  const { t, locale } = await openPage();
  throw wordedRefusal(locale, t('hubs.notices.noDate'), field);
}
