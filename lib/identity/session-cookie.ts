/** The session's cookie: `__Host-`, so only the portal's own https name ever gets it. */
export const SESSION_COOKIE = '__Host-hubgate-session';
