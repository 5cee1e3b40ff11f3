'use server';

import { formAction } from '#lib/http/action';
import { signOutAction } from '#lib/http/sign-in';

/** Ends this browser's session. */
export const signOut = formAction(signOutAction, () => undefined);
