import type { Ctx } from '../ctx';
import { changeHubList } from './change-hub-list';

/**
 * Takes a name off a hub's list. A list that becomes empty admits nobody.
 *
 * @throws {HubgateError} `hub.name`, `hub.not-found` when the name is not on the list
 */
export async function denyHubMember(
  ctx: Ctx,
  input: { name: string; commonName: string },
): Promise<{ name: string; commonName: string }> {
  await changeHubList(ctx, {
    name: input.name,
    remove: { people: [input.commonName] },
    mustBeThere: true,
  });
  return input;
}
