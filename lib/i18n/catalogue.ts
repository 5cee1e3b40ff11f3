import account from './messages/en/account.json';
import admin from './messages/en/admin.json';
import ca from './messages/en/ca.json';
import certs from './messages/en/certs.json';
import cli from './messages/en/cli.json';
import common from './messages/en/common.json';
import errors from './messages/en/errors.json';
import gate from './messages/en/gate.json';
import health from './messages/en/health.json';
import home from './messages/en/home.json';
import hubs from './messages/en/hubs.json';
import mail from './messages/en/mail.json';
import passkeys from './messages/en/passkeys.json';
import signin from './messages/en/signin.json';
import status from './messages/en/status.json';

export const LOCALES = ['en'] as const;
export type Locale = (typeof LOCALES)[number];

const en = {
  account,
  admin,
  ca,
  certs,
  cli,
  common,
  errors,
  gate,
  health,
  home,
  hubs,
  mail,
  passkeys,
  signin,
  status,
};

/** One file per area and language; a second language is a second folder with the same keys. */
export const MESSAGES: Record<Locale, typeof en> = { en };
