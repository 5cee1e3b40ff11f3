import { resolve } from 'node:path';

import type { Config } from '../config/schema';
import type { Answers } from './init-answers';
import { checkPassphrases } from './init-answers';
import { askNewPassphrase } from './ask-passphrase';
import type { Terminal } from './terminal';

/**
 * The guided ceremony: asks for names, keys, lives, access, approval and passphrases, each with the
 * value that holds unless something else is typed.
 *
 * @param now      what holds without an answer: the defaults, or the hubgate.toml that is there
 * @param existing true when hubgate.toml is there: then its values hold, and only the rest is asked
 */
export async function askAnswers(
  terminal: Terminal,
  now: Config,
  existing: boolean,
): Promise<Answers | null> {
  terminal.say(
    'This makes the certification authority of your centre: a root CA, a signing CA below it, revocation\n' +
      'lists and a first server certificate. Enter takes the value in brackets; Ctrl-C ends it, and nothing\n' +
      'is written before you have confirmed everything.\n',
  );
  const settings = existing ? {} : await askSettings(terminal, now);
  const apache = await terminal.confirm('Write an Apache virtual host, ready to include?', true);
  const apacheFile = apache ? resolve(await terminal.ask('  its file', 'hubgate-apache.conf')) : null;
  terminal.say(
    "\nTwo passphrases, 14 characters or more, or four words or more. The root's goes into a safe with the\n" +
      "root's key; the signing CA's is typed at each start of the signer.",
  );
  const passphrases = await askPassphrases(terminal);
  const move = await terminal.confirm(
    "\nMove the root's key off this server now (to a stick)? Recommended; later: hubgate ca export-root",
    false,
  );
  const exportRootTo = move
    ? resolve(await terminal.ask('  its new file', '', (to) => (to === '' ? 'Type a path.' : null)))
    : null;
  const sure = await terminal.confirm('\nMake the CA now? Its names can never be changed.', true);
  return sure ? { settings, passphrases, apacheFile, exportRootTo } : null;
}

async function askSettings(terminal: Terminal, now: Config): Promise<Record<string, unknown>> {
  const { site, pki } = now;
  const ascii = (text: string): string | null =>
    /^[\x20-\x7e]{0,64}$/.test(text) ? null : 'At most 64 ASCII characters.';
  const name = (text: string): string | null =>
    text.length >= 1 && text.length <= 64 ? null : '1 to 64 characters.';

  terminal.say('The centre');
  const centre = {
    dn: await terminal.ask('  domain component (DC; "-" for none)', pki.dn, ascii),
    org: await terminal.ask('  organisation (O)', pki.org, name),
    ou: await terminal.ask('  unit (OU)', pki.ou, name),
  };

  terminal.say('\nThe addresses. Portal, gate and canary need different host names.');
  const host = await terminal.ask('  host name of the portal', 'hubs.example.org', hostName);
  const domain = host.split('.').slice(1).join('.');
  const below = (label: string): string => (domain === '' ? `${label}.${host}` : `${label}.${domain}`);
  const gate = await terminal.ask('  host name of the gate (carries the hubs)', below('gate'), hostName);
  const canary = await terminal.ask(
    '  host name of the canary (tells whether the root is trusted)',
    below('canary'),
    hostName,
  );

  terminal.say('\nThe CAs');
  const cas = {
    rootCn: await terminal.ask('  name of the root CA', pki.rootCn, name),
    signingCn: await terminal.ask('  name of the signing CA', pki.signingCn, name),
    rootKey: await terminal.choose('  key of the root CA', ['rsa-4096', 'p-384'], pki.rootKey),
    signingKey: await terminal.choose(
      '  key of the signing CA',
      ['rsa-4096', 'rsa-3072', 'p-256', 'p-384'],
      pki.signingKey,
    ),
    rootYears: await number(terminal, '  life of the root CA, years', pki.rootYears, 30),
    signingYears: await number(terminal, '  life of the signing CA, years', pki.signingYears, 20),
    userDays: await number(terminal, '  life of a certificate of a person, days', pki.userDays, 825),
  };

  terminal.say('\nThe rules');
  const access = await terminal.choose(
    '  who may enter a hub that has no list of its own: anybody with a valid certificate, or nobody',
    ['any-valid', 'listed'],
    now.hubs.defaultAccess,
  );
  const require = await terminal.choose(
    '  what the signer takes as an approval: the portal’s word (session), or a touch of a passkey',
    ['session', 'passkey'],
    now.approval.require,
  );
  const count = await number(terminal, '  how many must approve a request', now.approval.count, 2);
  const unlock = await terminal.choose(
    '  how the signing key is opened after a start: typed by an operator, or a credential of systemd',
    ['manual', 'credential'],
    now.signer.unlock,
  );
  const apache = await terminal.confirm('  does Apache stand in front (otherwise the built-in front)?', true);
  return {
    site: {
      name: site.name,
      url: `https://${host}`,
      httpUrl: `http://${host}`,
      // The built-in front asks for certificates by port: it cannot by name.
      gateUrl: apache ? `https://${gate}` : `https://${gate}:8444`,
      canaryUrl: `https://${canary}`,
    },
    pki: { ...centre, dn: centre.dn === '-' ? '' : centre.dn, ...cas },
    hubs: { defaultAccess: access },
    approval: { require, count },
    signer: { unlock },
    front: apache ? { embedded: false } : { embedded: true, listen: '0.0.0.0' },
  };
}

function hostName(text: string): string | null {
  return /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(
    text,
  )
    ? null
    : 'A host name in lower case, such as hubs.example.org.';
}

async function number(terminal: Terminal, question: string, preset: number, most: number): Promise<number> {
  const refuse = (text: string): string | null =>
    /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= most
      ? null
      : `A number from 1 to ${most}.`;
  return Number(await terminal.ask(question, String(preset), refuse));
}

async function askPassphrases(terminal: Terminal): Promise<Answers['passphrases']> {
  for (;;) {
    const root = await askNewPassphrase(terminal, "  passphrase of the root CA's key");
    const signing = await askNewPassphrase(terminal, "  passphrase of the signing CA's key");
    if (root === signing) {
      terminal.say('  They must differ: who unlocks the signer every day must not thereby hold the root.');
      continue;
    }
    checkPassphrases({ root, signing });
    return { root, signing };
  }
}
