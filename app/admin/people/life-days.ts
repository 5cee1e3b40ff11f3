/** How long a token may live, in days; without an end only on request. */
export const LIFE_DAYS = [30, 90, 365] as const;
