/** The session's cookie: `__Host-`, so only the portal's own https name ever gets it. */
export const SESSION_COOKIE = '__Host-hubgate-session';
/** A working day; afterwards people sign in again. */
export const SESSION_SECONDS = 12 * 3600;
