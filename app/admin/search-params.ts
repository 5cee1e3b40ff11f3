import { REQUEST_ID } from '#lib/requests/request-id';

import { Seen, type SeenRequest } from './seen-request';

/** One value of a query, trimmed and cut; Next gives arrays where a name occurs twice. */
export type Query = Record<string, string | string[] | undefined>;

export function one(query: Query, name: string, maxLength = 200): string {
  const value = query[name];
  return (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')).trim().slice(0, maxLength);
}

export function many(query: Query, name: string, max = 200): string[] {
  const value = query[name];
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).slice(0, max);
}

/** A count in a query that a redirect of ours wrote; anything else is 0. */
export function count(query: Query, name: string): number {
  const text = one(query, name, 7);
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

/** Request ids in a query; what is not one is dropped. */
export function requestIds(query: Query, name: string): string[] {
  return many(query, name)
    .flatMap((value) => value.split(','))
    .filter((id) => REQUEST_ID.test(id))
    .slice(0, 200);
}

/** Requests with the version that was seen, `R-7K3F9Q2M:1`; what is not one is dropped. */
export function seenRequests(query: Query, name: string): SeenRequest[] {
  return many(query, name).flatMap((value) => {
    const seen = Seen.safeParse(value);
    return seen.success ? [seen.data] : [];
  });
}

/** The same page with some values changed; null takes one away. */
export function withQuery(path: string, query: Query, changes: Record<string, string | null>): string {
  const next = new URLSearchParams();
  for (const name of Object.keys(query)) {
    const value = one(query, name);
    if (value !== '' && !(name in changes)) next.set(name, value);
  }
  for (const [name, value] of Object.entries(changes)) if (value !== null) next.set(name, value);
  const text = next.toString();
  return text === '' ? path : `${path}?${text}`;
}
