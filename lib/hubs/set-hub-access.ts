import type { Ctx } from '../ctx';
import type { HubAccess } from '../db/hub-access';
import { changeHubList } from './change-hub-list';

/** Says who may enter a hub: every valid certificate, or only its list. Holds from the next request on. */
export async function setHubAccess(
  ctx: Ctx,
  input: { name: string; access: HubAccess },
): Promise<{ name: string; access: HubAccess }> {
  await changeHubList(ctx, input);
  return input;
}
