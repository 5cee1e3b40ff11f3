'use server';

import { IDLE } from '#lib/http/action-state';
import { signOutAction } from '#lib/http/sign-in';

/** Ends this browser's session; a plain form needs no state back. */
export async function signOut(form: FormData): Promise<void> {
  await signOutAction(IDLE, form);
}
