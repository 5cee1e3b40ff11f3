/** Attributes by which directories say that an account has ended. */
export const ENDED_ATTRIBUTES = [
  'shadowExpire',
  'nsAccountLock',
  'pwdAccountLockedTime',
  'userAccountControl',
  'accountExpires',
  'loginShell',
] as const;

const DAY_MS = 86_400_000;
/** [MS-ADTS] section 2.2.16: ADS_UF_ACCOUNTDISABLE. */
const ACCOUNT_DISABLED = 2;
/** Active Directory counts 100 ns since 1601; 0 and the greatest number mean never. */
const FILETIME_1970_MS = 11_644_473_600_000;
const NEVER = new Set(['0', '9223372036854775807']);

/**
 * Whether an entry says that its account has ended: expired by shadow(5) (`shadowExpire`, days since
 * 1970) or Active Directory (`accountExpires`), locked by 389 Directory Server (`nsAccountLock`), for good
 * by OpenLDAP's password policy (`pwdAccountLockedTime` 000001010000Z) or Active Directory
 * (`userAccountControl`), or given a shell that lets nobody in.
 *
 * @param first gives the first value of an attribute, or null
 */
export function hasEnded(
  first: (attribute: (typeof ENDED_ATTRIBUTES)[number]) => string | null,
  rules: { endedShells: readonly string[]; now: Date },
): boolean {
  const number = (text: string | null): number | null =>
    text !== null && /^-?\d{1,19}$/.test(text) ? Number(text) : null;
  const expire = number(first('shadowExpire'));
  const expires = first('accountExpires');
  const filetime = expires === null || NEVER.has(expires) ? null : number(expires);
  const control = number(first('userAccountControl'));
  return (
    (expire !== null && expire >= 0 && expire * DAY_MS <= rules.now.getTime()) ||
    (filetime !== null && filetime / 10_000 - FILETIME_1970_MS <= rules.now.getTime()) ||
    first('nsAccountLock')?.toLowerCase() === 'true' ||
    first('pwdAccountLockedTime') === '000001010000Z' ||
    (control !== null && (control & ACCOUNT_DISABLED) !== 0) ||
    rules.endedShells.includes(first('loginShell') ?? '')
  );
}
