import type { HubgateError } from '../errors';
import { MESSAGES } from '../i18n/catalogue';
import { STATUS } from './status';

/** RFC 9457 section 3, with the stable `code`, the field at fault and the request id as extensions. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  field?: string;
  requestId: string;
  errors?: { field: string; message: string }[];
};

const PROBLEM = 'application/problem+json';

/** A refusal as an RFC 9457 answer. */
export function problemOf(
  error: HubgateError,
  requestId: string,
  extra: { errors?: { field: string; message: string }[] } = {},
): Response {
  const status = STATUS[error.code];
  const problem: Problem = {
    type: `urn:hubgate:error:${error.code}`,
    title: titleOf(error.code),
    status,
    detail: error.message,
    code: error.code,
    ...(error.field === undefined ? {} : { field: error.field }),
    requestId,
    ...(extra.errors === undefined ? {} : { errors: extra.errors }),
  };
  const headers = new Headers({
    'content-type': PROBLEM,
    'cache-control': 'no-store',
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
  });
  if (status === 401) headers.set('www-authenticate', 'Bearer realm="hubgate"');
  const retry = error.params['retryAfterSeconds'];
  if (typeof retry === 'number') headers.set('retry-after', String(Math.max(1, Math.ceil(retry))));
  else if (status === 503) headers.set('retry-after', '10');
  return new Response(`${JSON.stringify(problem)}\n`, { status, headers });
}

/** What nobody foresaw: the cause is in the log under the request id, the answer says nothing else. */
export function unexpectedProblem(requestId: string): Response {
  const problem = {
    type: 'about:blank',
    title: 'Internal error',
    status: 500,
    detail: 'Something went wrong here. Tell the site the request id; the cause is in its log.',
    requestId,
  };
  return new Response(`${JSON.stringify(problem)}\n`, {
    status: 500,
    headers: { 'content-type': PROBLEM, 'cache-control': 'no-store', 'x-request-id': requestId },
  });
}

function titleOf(code: string): string {
  const texts: Record<string, { title?: string } | undefined> = MESSAGES.en.errors;
  return texts[code.replaceAll('.', '_')]?.title ?? code;
}
