'use server';

import { formAction } from '#lib/http/action';
import { signInAgainAction, signOutAction } from '#lib/http/sign-in';

/** Ends this browser's session. */
export const signOut = formAction(signOutAction, () => undefined);

/** The same, and leads back to the own page by a new sign-in. */
export const signInAgain = formAction(signInAgainAction, () => undefined);
