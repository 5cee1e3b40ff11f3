import { approveRequest } from '../requests/approve-request';
import { signRequests } from '../requests/sign-requests';
import type { TestHouse } from './ctx';
import { allEvents, submitOne } from './requests';

/** A request on its whole way to a certificate of the house's signer. */
export async function issueOne(
  house: TestHouse,
  input: Parameters<typeof submitOne>[1] & { vouchEmail?: boolean; ctx?: TestHouse['ctx'] } = {},
): Promise<{ id: string; serial: string }> {
  const { vouchEmail = false, ctx = house.ctx, ...wish } = input;
  const id = await submitOne(ctx, wish);
  await approveRequest(house.person('paula', 'approver'), { id, vouchEmail, confirmTakeover: true });
  const [event] = await allEvents(signRequests(house.person('otto', 'operator'), { ids: [id] }));
  if (event?.event !== 'item' || event.serial === undefined) throw new Error(`${id} was not signed`);
  return { id, serial: event.serial };
}
