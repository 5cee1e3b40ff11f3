import type { Ctx } from '../ctx';
import { submitRequest, type SubmitInput } from '../requests/submit-request';
import type { SignEvent } from '../requests/views';
import { makeCsr, subjectKey } from './orders';

/** A CSR over a key of its own. */
export function freshCsr(commonName = 'alice'): Uint8Array {
  return makeCsr(subjectKey('p-256'), commonName);
}

/** Submits a request that nothing speaks against, unless `input` says otherwise. */
export async function submitOne(
  ctx: Ctx,
  input: Partial<SubmitInput> & { commonName?: string } = {},
): Promise<string> {
  const commonName = input.commonName ?? 'alice';
  const { id } = await submitRequest(ctx, {
    csr: input.csr ?? freshCsr(commonName),
    email: `${commonName}@example.org`,
    source: 'api',
    ...input,
  });
  return id;
}

export async function allEvents(events: AsyncIterable<SignEvent>): Promise<SignEvent[]> {
  const list: SignEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}
