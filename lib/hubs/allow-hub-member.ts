import type { Ctx } from '../ctx';
import { changeHubList } from './change-hub-list';

/** Puts a name on a hub's list. @throws {HubgateError} `hub.name` */
export async function allowHubMember(
  ctx: Ctx,
  input: { name: string; commonName: string },
): Promise<{ name: string; commonName: string }> {
  await changeHubList(ctx, { name: input.name, add: { people: [input.commonName] } });
  return input;
}
