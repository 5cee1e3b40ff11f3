/** Holds a canary proof that came by /trust/return, until the request is sent. */
export const TRUST_COOKIE = '__Host-hubgate-trust';
