import type { Ctx } from '../ctx';
import { runningEvents } from '../db/events';
import { stringList } from '../requests/approved-content';

/**
 * Who may enter which hub by an event: the names of every event that is approved, has begun, is not
 * over and not closed, by the hubs that its list names. For whoever writes the gate's map of access.
 *
 * @returns hub route → common names, each once, in their order
 */
export async function eventMembers(ctx: Pick<Ctx, 'db' | 'now'>): Promise<Map<string, string[]>> {
  const members = new Map<string, Set<string>>();
  for (const { hubs, participants } of await runningEvents(ctx.db, ctx.now())) {
    for (const route of stringList(hubs)) {
      const names = members.get(route) ?? new Set();
      for (const { commonName } of participants) names.add(commonName);
      members.set(route, names);
    }
  }
  return new Map([...members].map(([route, names]) => [route, [...names].sort()]));
}
