import type { ActionState } from '#lib/http/action-state';

/** What a server action of a form answers: nothing yet, done, or refused with what was typed. */
export type FormState<T = unknown> = ActionState<T>;

export type FormAction<T = unknown> = (state: FormState<T>, form: FormData) => Promise<FormState<T>>;

/** Before the form was sent. */
export const IDLE: FormState<never> = { ok: null };

/** What stood in a field when the form was refused. */
export function kept(state: FormState, field: string, fallback = ''): string {
  return state.ok === false ? (state.values[field] ?? fallback) : fallback;
}

/** The sentence to show at a field, if it is the one at fault. */
export function faultOf(state: FormState, field: string): string | undefined {
  return state.ok === false && state.field === field ? state.message : undefined;
}
