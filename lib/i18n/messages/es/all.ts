import account from './account.json';
import admin from './admin.json';
import ca from './ca.json';
import certs from './certs.json';
import checks from './checks.json';
import cli from './cli.json';
import common from './common.json';
import errors from './errors.json';
import events from './events.json';
import front from './front.json';
import gate from './gate.json';
import health from './health.json';
import home from './home.json';
import hubs from './hubs.json';
import mail from './mail.json';
import passkeys from './passkeys.json';
import refusals from './refusals.json';
import signin from './signin.json';
import status from './status.json';

/** One file per area; the same in the folder of every language. */
export const messages = {
  account,
  admin,
  ca,
  certs,
  checks,
  cli,
  common,
  errors,
  events,
  front,
  gate,
  health,
  home,
  hubs,
  mail,
  passkeys,
  refusals,
  signin,
  status,
};
