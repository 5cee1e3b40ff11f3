/** GET /api/v1/requests/{id} with the pick-up secret -> its state and, once issued, the certificate. */
import { noteFetched } from '#lib/certificates/note-use';
import { RequesterAnswer, RequestParams } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { viewOwnRequest } from '#lib/requests/view-own-request';

export const GET = route({
  access: 'requester',
  summary: 'See a request',
  params: RequestParams,
  response: RequesterAnswer,
  run: async (ctx, { params, caller }) => {
    const { reason, question, certificate, ...view } = await viewOwnRequest(ctx, { id: params.id });
    // The page asks for the state only; a program takes the certificate from this answer.
    if (certificate !== null && caller.bearer !== null) await noteFetched(ctx, { id: params.id });
    return {
      ...view,
      ...(reason === null ? {} : { reason }),
      ...(question === null ? {} : { question }),
      ...(certificate === null ? {} : { certificate }),
    };
  },
});
