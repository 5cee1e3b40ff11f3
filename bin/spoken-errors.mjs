/**
 * Words in the HTML of pages that failed, for visitors whose browser runs no scripts.
 *
 * Where a page calls `notFound()` or `forbidden()`, or throws, Next answers with the right status and an empty document,
 * which its own script fills (React's error boundaries do nothing on a server; vercel/next.js#62228).
 * Here that document is held back:
 *
 * - 403 and 404: the same address is asked once more, marked, and proxy.ts answers it with a page that is
 *   rendered like any other (app/missing).
 * - 500: a page is made from the catalogue alone (lib/http/failure-page.ts), since whatever broke the
 *   first one would break a second.
 */
import { randomUUID } from 'node:crypto';
import { request as httpRequest, ServerResponse } from 'node:http';

/** Asks proxy.ts for the page that words this status. Only this process knows its secret. */
const WORDLESS_HEADER = 'x-hubgate-wordless';
/** Set by proxy.ts on answers whose status has its page already; never sent to anybody. */
const SAID_HEADER = 'x-hubgate-said';
const SECRET = randomUUID();
/** Of a connection, not of an answer (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer']);

/** Leaves the status on what this process asked itself, and takes such a header off everything else. */
export function readOwnMark(request) {
  const [status, secret] = String(request.headers[WORDLESS_HEADER] ?? '').split(' ');
  for (const name of Object.keys(request.headers)) {
    if (name.replaceAll('_', '-') === WORDLESS_HEADER) delete request.headers[name];
  }
  if (secret === SECRET) request.headers[WORDLESS_HEADER] = status;
}

/**
 * Watches the answer to a request. Call it before Next sees either.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {{
 *   address: string | import('node:net').AddressInfo | null,
 *   failurePage: (headers: import('node:http').IncomingHttpHeaders, requestId: string) => Promise<{ headers: Record<string, string>, body: string }>,
 * }} house where this process listens, and what makes the page for 500
 */
export function watchAnswer(request, response, house) {
  const asItIs = request.method === 'HEAD' || WORDLESS_HEADER in request.headers;
  let held = asItIs ? false : null; // null until the head of the answer is known
  const hold = () => {
    held ??= wordless(request, response);
    return held !== false;
  };
  const { writeHead, write, end, flushHeaders } = ServerResponse.prototype;
  response.writeHead = function heldHead(status, ...rest) {
    const before = response.statusCode;
    response.statusCode = status;
    const headers = rest.findLast((one) => typeof one === 'object' && one !== null) ?? {};
    for (const [name, value] of Array.isArray(headers) ? [] : Object.entries(headers)) {
      if (value !== undefined) response.setHeader(name, value);
    }
    if (hold()) return response;
    response.statusCode = before;
    response.removeHeader(SAID_HEADER);
    return writeHead.call(response, status, ...rest);
  };
  response.flushHeaders = () => (hold() ? undefined : flushHeaders.call(response));
  response.write = function heldWrite(...args) {
    if (!hold()) return write.apply(response, args);
    args.findLast((one) => typeof one === 'function')?.();
    return true;
  };
  response.end = function heldEnd(...args) {
    if (!hold()) return end.apply(response, args);
    const done = args.findLast((one) => typeof one === 'function');
    if (done !== undefined) response.once('finish', done);
    const status = held;
    // From here on it is a plain response again: Next's compression had put itself before these, too.
    for (const name of ['writeHead', 'flushHeaders', 'write', 'end']) delete response[name];
    const kept = response.getHeader('x-request-id');
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    if (status === 500) void sayFailure(request, response, { house, requestId: String(kept ?? '') });
    else askAgain(request, response, { address: house.address, status });
    return response;
  };
}

/** The status of an answer that has no words without a script; false of all others. */
function wordless(request, response) {
  const status = response.statusCode;
  if (status < 400 || response.hasHeader(SAID_HEADER)) return false;
  const type = String(response.getHeader('content-type') ?? '');
  // Only pages pass proxy.ts, which gives each its policy; calls and downloads word their own errors.
  const page = response.hasHeader('content-security-policy');
  if (status === 403 || status === 404) return page && type.startsWith('text/html') ? status : false;
  if (status !== 500) return false;
  const wantsPage = /\btext\/html\b/i.test(request.headers.accept ?? '') && !('rsc' in request.headers);
  return (page && type.startsWith('text/html')) || (wantsPage && type === '') ? 500 : false;
}

function askAgain(request, response, { address, status }) {
  const headers = { ...request.headers, [WORDLESS_HEADER]: `${status} ${SECRET}` };
  for (const name of [...HOP_BY_HOP, 'content-length', 'content-type', 'next-action']) delete headers[name];
  const at =
    typeof address === 'string' ? { socketPath: address } : { host: '127.0.0.1', port: address?.port };
  const again = httpRequest({
    ...at,
    agent: false,
    method: 'GET',
    path: request.url,
    headers,
    setHost: false,
  });
  again.on('response', (answer) => {
    for (const [name, value] of Object.entries(answer.headers)) {
      if (!HOP_BY_HOP.has(name) && value !== undefined) response.setHeader(name, value);
    }
    response.writeHead(answer.statusCode ?? status);
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  again.on('error', () => {
    if (response.headersSent) return response.destroy();
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    response.end(`${status}\n`);
  });
  response.once('close', () => again.destroy());
  again.end();
}

async function sayFailure(request, response, { house, requestId }) {
  let page;
  try {
    page = await house.failurePage(request.headers, requestId);
  } catch {
    // Not even the catalogue: what is left is the status.
    page = {
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
      body: '500\n',
    };
  }
  response.writeHead(500, page.headers);
  response.end(page.body);
}
