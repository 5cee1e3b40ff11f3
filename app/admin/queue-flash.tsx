import { ERROR_CODES, type ErrorCode } from '#lib/errors';
import type { Page } from '#lib/http/page';

import { Flash } from '#components/admin/flash';
import { Callout } from '#components/ui/callout';

import { ApprovedFlash } from './approved-flash';
import { count, one, type Query } from './search-params';

const COUNTED = ['undone', 'rejected', 'asked', 'retried', 'revokedMany'] as const;
const PLAIN = [
  'undoLate',
  'edited',
  'revoked',
  'held',
  'keyBlocked',
  'tokenRevoked',
  'dismissed',
  'none',
  'first',
  'mailSent',
  'rolesChanged',
  'accessChanged',
] as const;

/** What the form before did, with an undo where there is one; or why it was refused. */
export function QueueFlash({ page, query }: { page: Page; query: Query }) {
  const { t } = page;
  const problem = one(query, 'problem');
  const code = ERROR_CODES.find((known) => known === problem);
  if (code !== undefined) return <Refused page={page} code={code} />;
  const done = one(query, 'done');
  const n = count(query, 'n');
  if (done === 'approved') return <ApprovedFlash page={page} query={query} />;
  const counted = COUNTED.find((word) => word === done);
  if (counted) return <Flash>{t(`admin.flash.${counted}`, { n: Math.max(1, n) })}</Flash>;
  const plain = PLAIN.find((word) => word === done);
  return plain ? <Flash kind="plain">{t(`admin.flash.${plain}`)}</Flash> : null;
}

function Refused({ page, code }: { page: Page; code: ErrorCode }) {
  const { t } = page;
  const key = `errors.${code.replaceAll('.', '_')}`;
  return (
    <Callout kind="bad" alert>
      <p>
        <b>{t(`${key}.title`, {})}</b>
      </p>
      <p>{t(`${key}.advice`, {})}</p>
    </Callout>
  );
}
