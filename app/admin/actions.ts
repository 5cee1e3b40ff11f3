'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { action, formAction } from '#lib/http/action';
import type { ActionState } from '#lib/http/action-state';
import { openPage } from '#lib/http/page';
import { approveRequest } from '#lib/requests/approve-request';
import { approveRequests } from '#lib/requests/approve-requests';
import { askRequester } from '#lib/requests/ask-requester';
import { approveTouched } from '#lib/requests/approve-touched';
import { TouchField } from '#lib/http/touch-field';
import { editRequest } from '#lib/requests/edit-request';
import { rejectRequest } from '#lib/requests/reject-request';
import { REQUEST_ID } from '#lib/requests/request-id';
import { retryRequest } from '#lib/requests/retry-request';
import { signRequests } from '#lib/requests/sign-requests';
import { unapproveRequest } from '#lib/requests/unapprove-request';

import { SeenMany } from './seen-request';
import { wordsOf } from './templates';

const Id = z.string().regex(REQUEST_ID);
const Ids = z
  .union([Id, z.array(Id).max(200)])
  .optional()
  .transform((value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]));
const Words = z.string().trim().max(1000).default('');

/** A plain form shows no state of its own: what went wrong travels to the page it returns to. */
function failed<T>(state: ActionState<T>, where: string): void {
  if (state.ok === false) {
    redirect(`${where}${where.includes('?') ? '&' : '?'}problem=${encodeURIComponent(state.code)}`);
  }
}

const approveTicked = action({
  access: 'requests.decide',
  audit: 'request.approve',
  input: z.object({ id: SeenMany }),
  run: async (ctx, { id: seen }) =>
    approveRequests(ctx, {
      ids: seen.map(({ id }) => id),
      versions: new Map(seen.map(({ id, version }) => [id, version])),
    }),
});

/** Approves the ticked clean requests and returns to the queue with an undo. */
export const approveMany = formAction(approveTicked, (state) => {
  failed(state, '/admin');
  const results = state.ok === true ? state.value.results : [];
  const done = results.filter((result) => result.code === undefined).map((result) => result.id);
  const query = new URLSearchParams({
    done: results.length === 0 ? 'none' : 'approved',
    n: String(done.length),
  });
  if (done.length > 0) query.set('ids', done.join(','));
  if (results.length > done.length) query.set('skipped', String(results.length - done.length));
  redirect(`/admin?${query}`);
});

const undoTicked = action({
  access: 'requests.decide',
  audit: 'request.unapprove',
  input: z.object({ id: Ids }),
  run: async (ctx, { id }) => {
    let undone = 0;
    for (const one of id) {
      // One that is being signed already does not keep the others from being taken back.
      const taken = await unapproveRequest(ctx, { id: one }).then(
        () => true,
        () => false,
      );
      if (taken) undone += 1;
    }
    return { undone };
  },
});

/** Takes back approvals within their window. */
export const undoApprovals = formAction(undoTicked, (state) => {
  failed(state, '/admin');
  const n = state.ok === true ? state.value.undone : 0;
  redirect(n > 0 ? `/admin?done=undone&n=${n}` : '/admin?done=undoLate');
});

const retryTicked = action({
  access: 'requests.sign',
  audit: 'request.retry',
  input: z.object({ id: Ids }),
  run: async (ctx, { id }) => {
    for (const one of id) await retryRequest(ctx, { id: one });
    return { n: id.length };
  },
});

/** Puts failed requests back among the approved ones. */
export const retryFailed = formAction(retryTicked, (state) => {
  failed(state, '/admin?state=FAILED');
  redirect(`/admin?state=APPROVED&done=retried&n=${state.ok === true ? state.value.n : 0}`);
});

const DecisionInput = z.object({
  id: Id,
  version: z.coerce.number().int(),
  decision: z.enum(['approve', 'takeover', 'ask', 'reject']),
  vouchEmail: z.literal('yes').optional(),
  comment: z.string().trim().max(500).optional(),
  /** Where an approval needs a passkey; it says for itself which request it approves. */
  touch: TouchField.optional(),
  reason: Words,
  reasonTemplate: z.string().max(40).default(''),
  question: Words,
  questionTemplate: z.string().max(40).default(''),
});

/** One request's decision form. */
export const decide = action({
  access: 'requests.decide',
  audit: 'request.decide',
  input: DecisionInput,
  run: async (ctx, input): Promise<void> => {
    const { id, version, decision } = input;
    const { t } = await openPage();
    if (decision === 'ask') {
      const question = input.question || wordsOf(t, 'ask', input.questionTemplate);
      await askRequester(ctx, { id, version, question });
      redirect(`/admin/requests/${id}?done=asked&n=1`);
    }
    if (decision === 'reject') {
      const reason = input.reason || wordsOf(t, 'reject', input.reasonTemplate);
      await rejectRequest(ctx, { id, version, reason });
      redirect(`/admin?done=rejected&n=1`);
    }
    if (input.touch) {
      const { results } = await approveTouched(ctx, { answer: input.touch, comment: input.comment });
      redirect(
        approvedPage(
          id,
          results.some((one) => one.state === 'APPROVED'),
        ),
      );
    }
    const { state } = await approveRequest(ctx, {
      id,
      version,
      vouchEmail: input.vouchEmail === 'yes',
      confirmTakeover: decision === 'takeover',
      ...(input.comment ? { comment: input.comment } : {}),
    });
    redirect(approvedPage(id, state === 'APPROVED'));
  },
});

/** Back to the queue with an undo, or to the request, which waits for a second approver. */
function approvedPage(id: string, enough: boolean): string {
  return enough ? `/admin?done=approved&n=1&ids=${id}` : `/admin/requests/${id}?done=first`;
}

/** Corrects the account name. */
export const rename = action({
  access: 'requests.decide',
  audit: 'request.edit',
  input: z.object({ id: Id, version: z.coerce.number().int(), commonName: z.string().trim().min(1).max(64) }),
  run: async (ctx, input): Promise<void> => {
    await editRequest(ctx, input);
    redirect(`/admin/requests/${input.id}?done=edited`);
  },
});

/** Rejects or asks several at once, with one text. Stops at the first that is refused. */
export const decideMany = action({
  access: 'requests.decide',
  audit: 'request.decide',
  input: z.object({
    id: SeenMany,
    do: z.enum(['reject', 'ask']),
    text: Words,
    template: z.string().max(40).default(''),
  }),
  run: async (ctx, input): Promise<void> => {
    const { t } = await openPage();
    const text = input.text || wordsOf(t, input.do, input.template);
    for (const seen of input.id) {
      if (input.do === 'reject') await rejectRequest(ctx, { ...seen, reason: text });
      else await askRequester(ctx, { ...seen, question: text });
    }
    redirect(`/admin?done=${input.do === 'reject' ? 'rejected' : 'asked'}&n=${input.id.length}`);
  },
});

const signEverything = action({
  access: 'requests.sign',
  audit: 'request.sign',
  input: z.object({}),
  run: async (ctx) => {
    let issued = 0;
    let failures = 0;
    for await (const event of signRequests(ctx, { all: true })) {
      if (event.event === 'done') ({ issued, failed: failures } = event);
    }
    return { issued, failures };
  },
});

/** Signs all approved requests and waits for the end: the way without JavaScript. */
export const signAll = formAction(signEverything, (state) => {
  failed(state, '/admin/signing');
  const { issued, failures } = state.ok === true ? state.value : { issued: 0, failures: 0 };
  redirect(`/admin/signing?issued=${issued}&failed=${failures}`);
});
