import { Callout } from '#components/ui/callout';
import { ERROR_CODES, HubgateError, type ErrorCode } from '#lib/errors';
import { errorText } from '#lib/http/error-text';
import type { Page } from '#lib/http/page';

const DONE = ['planned', 'named', 'mailed', 'closed'] as const;

type Query = Record<string, string | string[] | undefined>;

/** What a form that led here did, or why it did not. */
export function Flash({ page: { t, locale }, query }: { page: Page; query: Query }) {
  const done = DONE.find((one) => one === query['done']);
  if (done !== undefined) {
    const n = /^\d{1,5}$/.test(String(query['n'])) ? Number(query['n']) : 0;
    return (
      <Callout kind="ok">
        <p role="status">{t(`events.organise.flash.${done}`, { n })}</p>
      </Callout>
    );
  }
  const code = (ERROR_CODES as readonly string[]).find((one) => one === query['problem']);
  if (code === undefined) return null;
  const { title, advice } = errorText(locale, new HubgateError(code as ErrorCode, ''));
  return (
    <Callout kind="bad" alert>
      <p>{t('events.organise.flash.failed', { why: `${title}. ${advice}` })}</p>
    </Callout>
  );
}
