import type { Portal } from '../e2e/support/portal';

/** Signs by the administrators' door. @returns how many were issued */
export async function signByApi(
  target: Portal,
  token: string,
  which: { all: true } | { ids: readonly string[] },
): Promise<number> {
  const answer = await target.call('/api/v1/admin/requests/sign', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      'content-type': 'application/json',
    },
    body: JSON.stringify(which),
    silenceMs: 600_000,
  });
  const { results } = JSON.parse(answer.text) as { results: { state: string }[] };
  return results.filter(({ state }) => state === 'ISSUED').length;
}
