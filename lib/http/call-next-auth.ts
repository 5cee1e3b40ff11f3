import NextAuth, { type NextAuthOptions } from 'next-auth';

/** A call of next-auth's core, and what it answers: no more than the OpenID Connect steps need. */
export type NextAuthCall = {
  action: 'csrf' | 'signin' | 'callback';
  provider?: string;
  method: 'GET' | 'POST';
  query?: Record<string, string>;
  body?: Record<string, string>;
  cookies: Record<string, string>;
};
export type NextAuthAnswer = {
  redirect: string | null;
  /** Set-Cookie values, as next-auth serialised them. */
  cookies: string[];
  body: unknown;
};

/**
 * Calls next-auth by its own interface of plain requests and responses ("advanced initialization"),
 * so that one step of a sign-in can be made from any route, with the options of this call.
 */
export async function callNextAuth(options: NextAuthOptions, call: NextAuthCall): Promise<NextAuthAnswer> {
  const { action, provider, method, query = {}, body = {}, cookies } = call;
  const headers = new Map<string, string | string[]>();
  let sent: unknown = null;
  const response = {
    status: () => response,
    getHeader: (name: string) => headers.get(name.toLowerCase()),
    setHeader: (name: string, value: string | string[]) => {
      headers.set(name.toLowerCase(), value);
      return response;
    },
    json: (value: unknown) => (sent = value),
    send: (value: unknown) => (sent = value),
    end: () => undefined,
  };
  const path = provider === undefined ? [action] : [action, provider];
  const request = { method, query: { ...query, nextauth: path }, body, cookies, headers: {} };
  await (NextAuth as (...args: unknown[]) => Promise<unknown>)(request, response, options);
  const location = headers.get('location');
  const set = headers.get('set-cookie') ?? [];
  return {
    redirect: typeof location === 'string' ? location : null,
    cookies: Array.isArray(set) ? set : [set],
    body: sent,
  };
}
