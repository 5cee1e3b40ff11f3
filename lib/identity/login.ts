import { HubgateError } from '../errors';

const LOGIN = /^[a-z_][a-z0-9_.@-]{1,63}$/;

/** Logins are lower-case; a capital typed on a phone still finds its account. */
export function normaliseLogin(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase().slice(0, 100);
}

/** @throws {HubgateError} `http.invalid` when a new login has another shape */
export function checkLogin(text: string): string {
  const login = normaliseLogin(text);
  if (!LOGIN.test(login)) {
    throw new HubgateError(
      'http.invalid',
      'A login has 2 to 64 characters: letters, digits, . _ - and @, beginning with a letter.',
      { field: 'login', params: { reason: 'login' } },
    );
  }
  return login;
}
