/**
 * What a form shows after it was sent, for `useActionState`. Works without JavaScript: the page is
 * rendered again with this state.
 */
export type ActionState<T = unknown> =
  | { ok: null }
  | { ok: true; value: T }
  | {
      ok: false;
      code: string;
      title: string;
      message: string;
      advice: string;
      field: string | null;
      /** What was typed, to fill the form again; secrets and private keys are left out. */
      values: Record<string, string>;
      requestId: string;
    };

/** Before the form was sent. */
export const IDLE: ActionState<never> = { ok: null };
