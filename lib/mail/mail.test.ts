import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ConfigSchema, type Config } from '../config/schema';
import type { Ctx } from '../ctx';
import { enqueueMail, leaseDueMails, type MailOrder, outboxSummary } from '../db/outbox';
import { inTransaction } from '../db/in-transaction';
import { DATABASE_KINDS, testDatabase, type TestDatabase } from '../testing/database';
import { RevocationReason } from '../wire/records';
import { testChain, testKey, testPlan, testSign } from '../x509/testing/throwaway-ca';
import { BACK_OFF_MINUTES, deliverDueMail } from './deliver-due-mail';
import { type MAILS } from './mail-content';
import { renderMail } from './render-mail';
import { sendTestMail } from './send-test-mail';
import { startSmtpServer, type TestSmtpServer } from './testing/smtp-server';
import { openTransport } from './transport';

const folder = mkdtempSync(join(tmpdir(), 'hubgate-mail-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open: TestSmtpServer[] = [];
const serve = async (options: Parameters<typeof startSmtpServer>[0] = {}): Promise<TestSmtpServer> => {
  const server = await startSmtpServer(options);
  open.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const config = (mail: Record<string, unknown>): Config =>
  ConfigSchema.parse({
    site: { name: 'NLHPC', url: 'https://portal.example.org', contact: 'help@example.org' },
    mail: { from: 'hub@example.org', host: 'localhost', security: 'none', ...mail },
  });
const smtp = (server: TestSmtpServer, more: Record<string, unknown> = {}) =>
  config({ transport: 'smtp', port: server.port, ...more });

const SITE = { name: 'NLHPC', url: 'https://portal.example.org', contact: 'help@example.org' };
const LINK = 'https://portal.example.org/certs/requests/R-7K3F9Q2M';
const CONFIRM = `https://portal.example.org/certs/mailbox#s=${'x'.repeat(43)}`;
const COMMON = { id: 'R-7K3F9Q2M', commonName: 'alice', link: LINK };
const VARS: Record<keyof typeof MAILS, Record<string, string>> = {
  'request-waiting': { ...COMMON, email: 'alice@example.org', name: 'Alice Núñez' },
  'request-received': { ...COMMON, confirmLink: CONFIRM },
  'certificate-issued': {
    ...COMMON,
    serial: '4a'.repeat(20),
    notBefore: '2026-11-23T12:00:00.000Z',
    notAfter: '2027-11-23T12:00:00.000Z',
  },
  'request-rejected': { ...COMMON, reason: 'Please come by.\nRoom 7.' },
  question: { ...COMMON, question: 'Are you in the <b>astro</b> group?' },
  'account-taken-over': { ...COMMON, contact: 'help@example.org' },
  'certificate-revoked': {
    commonName: 'alice',
    serial: '4a'.repeat(20),
    label: 'laptop',
    link: LINK,
    reason: 'keyCompromise',
  },
  'certificate-ending': {
    commonName: 'alice',
    serial: '4a'.repeat(20),
    label: 'laptop',
    notBefore: '2026-11-23T12:00:00.000Z',
    notAfter: '2027-11-23T12:00:00.000Z',
    days: '14',
    renewal: 'automatic',
    link: LINK,
  },
  'hold-ended': { commonName: 'alice', serial: '4a'.repeat(20), label: 'laptop', link: LINK },
  'lost-link': {
    link: `https://portal.example.org/certs/lost/open#s=${'y'.repeat(43)}`,
    minutes: '60',
  },
  'ca-alarm': { code: 'crl-ends', list: 'root', until: '2026-11-30T12:00:00.000Z', link: LINK },
  'event-invitation': {
    event: 'Summer school',
    name: 'Alice Núñez',
    commonName: 'ev-summer-school-01',
    startsAt: '2026-12-01T00:00:00.000Z',
    endsAt: '2026-12-05T00:00:00.000Z',
    link: `https://portal.example.org/join#s=${'z'.repeat(43)}`,
  },
  'event-waiting': {
    event: 'Summer school',
    id: 'E-7K3F9Q2M',
    seats: '30',
    link: 'https://portal.example.org/admin/events/E-7K3F9Q2M',
  },
  'event-decided': {
    event: 'Summer school',
    id: 'E-7K3F9Q2M',
    decision: 'rejected',
    reason: 'Too long.',
    link: 'https://portal.example.org/events/E-7K3F9Q2M',
  },
  'waiting-digest': {
    requests: '24',
    events: '1',
    more: '4',
    lines: 'R-7K3F9Q2M alice\nE-7K3F9Q2M Summer school',
    link: 'https://portal.example.org/admin',
  },
  test: {},
};
const render = (template: string, vars: unknown) => renderMail({ template, locale: 'en', vars, site: SITE });

describe('mails in words', () => {
  it.each(Object.entries(VARS))('%s says all that it was given, in text and HTML', (template, vars) => {
    const { subject, text, html } = render(template, vars);
    expect(subject.length).toBeGreaterThan(10);
    for (const [name, value] of Object.entries(vars)) {
      if (
        [
          'notBefore',
          'notAfter',
          'question',
          'reason',
          'renewal',
          'contact',
          'code',
          'list',
          'until',
          'startsAt',
          'endsAt',
          'decision',
          'lines',
        ].includes(name)
      )
        continue;
      if (template === 'account-taken-over' && name === 'link') continue;
      expect(text).toContain(value);
      expect(html).toContain(value.replaceAll("'", '&#39;'));
    }
    expect(text).toContain('help@example.org');
    expect(html).not.toMatch(/\bsrc=|<script|url\(/); // nothing is fetched when a mail is opened
  });

  it.each(Object.entries(VARS))(
    '%s is another text in the other language, in both forms',
    (template, vars) => {
      const english = renderMail({ template, locale: 'en', vars, site: SITE });
      const spanish = renderMail({ template, locale: 'es', vars, site: SITE });
      expect(spanish.html).toContain('<html lang="es">');
      expect(spanish.subject).not.toBe(english.subject);
      // Whatever is the same in both is a name, a number or an address, or what a person wrote.
      const given = new Set([...Object.values(vars).flatMap((value) => value.split('\n')), 'NLHPC']);
      const same = spanish.text
        .split('\n')
        .filter((line) => english.text.split('\n').includes(line))
        .map((line) => line.replace(/^(?:> | {2}[^:]+: |-- )/, '').trim())
        .filter((line) => line !== '' && line !== '--' && !/^https:/.test(line) && !given.has(line));
      expect(same.filter((line) => !/^(?:alice|Summer school)$/.test(line))).toEqual([]);
    },
  );

  it('names all that waits in one digest, and how many more', () => {
    const { text, subject } = render('waiting-digest', VARS['waiting-digest']);
    expect(subject).toBe('25 decisions wait for you');
    expect(text).toContain('24 requests and 1 event wait for an approver');
    expect(text).toContain('  R-7K3F9Q2M: alice\n  E-7K3F9Q2M: Summer school');
    expect(text).toContain('… and 4 more.');
  });

  it('carries the proof of the mailbox behind #, and leaves it out where none is needed', () => {
    expect(render('request-received', VARS['request-received']).text).toContain(
      `Confirm my e-mail address:\n${CONFIRM}`,
    );
    const plain = render('request-received', { ...COMMON, confirmLink: '' });
    expect(plain.text).not.toMatch(/confirm the address|#s=/i);
  });

  it.each(RevocationReason.options)('says what %s means for the holder', (reason) => {
    const { subject, text } = render('certificate-revoked', { ...VARS['certificate-revoked'], reason });
    const held = reason === 'certificateHold';
    expect(subject).toContain(held ? 'is on hold' : 'was revoked');
    expect(text.includes('cannot be made valid again')).toBe(!held);
    expect(text).toMatch(/Reason: \w/);
  });

  it('shows what people wrote as theirs, and as text', () => {
    const { text, html } = render('question', VARS.question);
    expect(text).toContain('> Are you in the <b>astro</b> group?');
    expect(html).toContain('&lt;b&gt;astro&lt;/b&gt;');
    expect(render('request-rejected', VARS['request-rejected']).text).toContain(
      '> Please come by.\n> Room 7.',
    );
    expect(render('certificate-issued', VARS['certificate-issued']).text).toContain('November 23, 2027');
  });

  it.each([
    'journal-damaged',
    'journal-old',
    'journal-other',
    'crl-ended',
    'crl-ends',
    'ocsp-ended',
    'ocsp-ends',
    'relint',
    'audit-broken',
  ])('words the alarm %s', (code) => {
    const told = { findings: '3', checked: '700', recorded: '9', reported: '5', seq: '7', kind: 'missing' };
    const vars = { ...VARS['ca-alarm'], code, ...told };
    const { subject, text } = render('ca-alarm', vars);
    expect(subject).toMatch(/^NLHPC: .{10}/);
    expect(text).toMatch(/hubgate (?:ca|audit)|The signer's log/);
    if (code === 'crl-ends') expect(text).toContain("The root's revocation list ends on November 30, 2026");
  });

  it.each([
    ['no-such-mail', COMMON],
    ['question', COMMON],
    ['question', null],
    ['certificate-issued', { ...VARS['certificate-issued'], link: 'javascript:alert(1)' }],
  ])('refuses the row %s %j of another version', (template, vars) => {
    expect(() => render(template, vars)).toThrow(RangeError);
  });

  it('never lets what people wrote end the subject line or open a tag', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (commonName, name) => {
        const { subject, html } = render('request-waiting', { ...VARS['request-waiting'], commonName, name });
        expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(
          html.match(/<(?!\/?(?:!doctype|html|head|meta|title|body|div|p|table|tr|td|a|span|br)\b)/g),
        ).toBeNull();
      }),
    );
  });
});

describe('SMTP', () => {
  it('hands over one mail with text, HTML and the headers of an automatic one', async () => {
    const server = await serve();
    const sent = await sendTestMail(
      smtp(server, { from: 'NLHPC portal <hub@example.org>' }),
      'alice@example.org',
    );
    expect(sent).toEqual({
      to: 'alice@example.org',
      via: `localhost:${server.port}`,
      answer: '250 2.0.0 queued as TEST1',
    });
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: 'hub@example.org', to: ['alice@example.org'], encrypted: false });
    expect(mail?.data).toMatch(/^From: NLHPC portal <hub@example\.org>/m);
    expect(mail?.data).toMatch(/^Auto-Submitted: auto-generated/m);
    expect(mail?.data).toMatch(/^Message-ID: <[0-9a-f-]{36}@portal\.example\.org>/m);
    expect(mail?.data).toMatch(/text\/plain[\s\S]*text\/html/);
  });

  const certificate = () => {
    const now = new Date();
    const chain = testChain('p-256', 'p-256', now);
    const key = testKey('p-256');
    const san = { emails: [], dnsNames: ['localhost'], ipAddresses: [] };
    const plan = testPlan(
      { kind: 'server', commonName: 'localhost', spki: key.spki, san },
      chain.signing,
      now,
    );
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, chain.root.certificate.pem);
    const pem = testSign(plan, chain.signing.key.privateKey).pem + chain.signing.certificate.pem;
    return {
      ca,
      tls: { cert: pem, key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    };
  };

  it('signs in over STARTTLS with the password of a file', async () => {
    const { ca, tls } = certificate();
    const server = await serve({ tls, login: { user: 'hub', password: 'päss word' } });
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'päss word\n');
    const secured = { security: 'starttls', user: 'hub', passwordFile, caFile: ca };
    await sendTestMail(smtp(server, secured), 'alice@example.org');
    expect(server.mails[0]).toMatchObject({ encrypted: true, login: 'hub' });

    writeFileSync(passwordFile, 'wrong\n');
    await expect(sendTestMail(smtp(server, secured), 'alice@example.org')).rejects.toMatchObject({
      code: 'mail.failed',
      message: expect.stringContaining('refused user name and password') as string,
    });
    expect(server.mails).toHaveLength(1);
  });

  it('says nothing to a server whose certificate is not trusted, or that does not encrypt', async () => {
    const { tls } = certificate();
    const stranger = await serve({ tls });
    await expect(
      sendTestMail(smtp(stranger, { security: 'starttls' }), 'a@example.org'),
    ).rejects.toMatchObject({
      code: 'mail.failed',
      message: expect.stringContaining('mail.caFile') as string,
    });
    const plain = await serve();
    await expect(sendTestMail(smtp(plain, { security: 'starttls' }), 'a@example.org')).rejects.toMatchObject({
      code: 'mail.failed',
    });
    expect([...stranger.mails, ...plain.mails]).toEqual([]);
  });

  it('says what to do when nothing listens, when mail is off, when a file is missing', async () => {
    const gone = await serve();
    await gone.close();
    await expect(sendTestMail(smtp(gone), 'a@example.org')).rejects.toMatchObject({
      code: 'mail.failed',
      message: expect.stringContaining('Check mail.host and mail.port') as string,
    });
    await expect(sendTestMail(config({}), 'a@example.org')).rejects.toMatchObject({
      code: 'mail.not-configured',
    });
    const missing = config({ transport: 'smtp', user: 'hub', passwordFile: join(folder, 'gone') });
    expect(() => openTransport(missing)).toThrow(expect.objectContaining({ code: 'config.missing-file' }));
  });

  it.each([
    'a@example.org\r\nBcc: all@example.org',
    'a@example.org, b@example.org',
    '-oQ/tmp@example.org',
    'Name <a@example.org>',
    '',
  ])('refuses the recipient %j', async (to) => {
    const server = await serve();
    await expect(sendTestMail(smtp(server), to)).rejects.toMatchObject({ code: 'mail.failed' });
    expect(server.mails).toEqual([]);
  });
});

describe('sendmail', () => {
  const script = (name: string, body: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  it('runs the program with the addresses as arguments and the mail on its input', async () => {
    const out = join(folder, 'taken');
    const sendmailPath = script('sendmail', `printf '%s\\n' "$@" > ${out}.args; cat > ${out}.mail`);
    await sendTestMail(config({ transport: 'sendmail', sendmailPath }), 'alice@example.org');
    expect(readFileSync(`${out}.args`, 'utf8')).toBe('-i\n-f\nhub@example.org\n--\nalice@example.org\n');
    expect(readFileSync(`${out}.mail`, 'utf8')).toMatch(/^To: alice@example\.org$/m);
  });

  it('tells what the program said when it fails, and when there is none', async () => {
    const sendmailPath = script('broken', 'cat > /dev/null; echo "queue is full" >&2; exit 75');
    await expect(
      sendTestMail(config({ transport: 'sendmail', sendmailPath }), 'a@example.org'),
    ).rejects.toMatchObject({
      code: 'mail.failed',
      message: expect.stringContaining('queue is full') as string,
    });
    const none = config({ transport: 'sendmail', sendmailPath: join(folder, 'none') });
    await expect(sendTestMail(none, 'a@example.org')).rejects.toThrow(/mail\.sendmailPath/);
  });
});

describe.each(DATABASE_KINDS)('the outbox on %s', (kind) => {
  let database: TestDatabase;
  let now: Date;
  beforeEach(async () => {
    database = await testDatabase(kind);
    now = new Date('2026-11-23T12:00:00.000Z');
  });
  afterEach(() => database.close());

  const ctx = (given: Config): Pick<Ctx, 'config' | 'db' | 'now'> => ({
    config: given,
    db: database.db,
    now: () => now,
  });
  const put = (recipient: string, more: Partial<MailOrder> = {}) =>
    inTransaction(database.db, (tx) =>
      enqueueMail(tx, {
        recipient,
        template: 'question',
        locale: 'en',
        vars: VARS.question,
        dedupeKey: recipient,
        now,
        ...more,
      }),
    );

  it('is emptied once, each mail to its recipient, however often it is asked', async () => {
    const server = await serve();
    await put('alice@example.org');
    await put('alice@example.org'); // the same key: one mail
    await put('bob@example.org');
    const given = ctx(smtp(server));
    const both = await Promise.all([deliverDueMail(given), deliverDueMail(given)]);
    expect(both[0].sent + both[1].sent).toBe(2);
    expect(await deliverDueMail(given)).toEqual({ sent: 0, postponed: 0, failed: 0 });
    expect(server.mails.map((mail) => mail.to).sort()).toEqual([['alice@example.org'], ['bob@example.org']]);
    expect(await outboxSummary(database.db)).toMatchObject({ waiting: 0, failed: 0, lastSentAt: now });
  });

  it('keeps mails while the server is away, tries later and later, and gives up in the end', async () => {
    const gone = await serve();
    await gone.close();
    await put('alice@example.org');
    await put('bob@example.org');
    const given = ctx(smtp(gone));
    for (const minutes of BACK_OFF_MINUTES) {
      expect(await deliverDueMail(given)).toEqual({ sent: 0, postponed: 2, failed: 0 });
      now = new Date(now.getTime() + minutes * 60_000 - 1);
      expect(await deliverDueMail(given)).toEqual({ sent: 0, postponed: 0, failed: 0 });
      now = new Date(now.getTime() + 1);
    }
    expect(await deliverDueMail(given)).toEqual({ sent: 0, postponed: 0, failed: 2 });
    expect(await outboxSummary(database.db)).toMatchObject({
      failed: 2,
      lastError: expect.stringContaining('cannot be used') as string,
    });
  });

  it('gives up at once on an address that is refused for good, and not on one that is refused for now', async () => {
    const answers: Record<string, string> = {
      'nobody@example.org': '550 5.1.1 no such user',
      'full@example.org': '452 4.2.2 mailbox full',
    };
    const server = await serve({ answerTo: (recipient) => answers[recipient] ?? '250 ok' });
    for (const recipient of ['nobody@example.org', 'full@example.org', 'alice@example.org'])
      await put(recipient);
    expect(await deliverDueMail(ctx(smtp(server)))).toEqual({ sent: 1, postponed: 1, failed: 1 });
    delete answers['full@example.org'];
    now = new Date(now.getTime() + 60_000);
    expect(await deliverDueMail(ctx(smtp(server)))).toEqual({ sent: 1, postponed: 0, failed: 0 });
  });

  it('keeps what a mail says as long as it may be sent, and no link of it after', async () => {
    const answers: Record<string, string> = {
      'nobody@example.org': '550 5.1.1 no such user',
      'full@example.org': '452 4.2.2 mailbox full',
    };
    const server = await serve({ answerTo: (recipient) => answers[recipient] ?? '250 ok' });
    const order = { template: 'event-invitation', vars: VARS['event-invitation'] } as const;
    for (const recipient of ['nobody@example.org', 'full@example.org', 'alice@example.org'])
      await put(recipient, order);
    await deliverDueMail(ctx(smtp(server)));
    const rows = await database.db.prisma.outboxMail.findMany();
    expect(Object.fromEntries(rows.map(({ recipient, vars }) => [recipient, JSON.parse(vars)]))).toEqual({
      'nobody@example.org': {},
      'full@example.org': order.vars,
      'alice@example.org': {},
    });
    expect(server.mails.map(({ data }) => data).join('')).toContain('#s=3Dzzzzz');
  });

  it('does not stumble over a row of another version', async () => {
    const server = await serve();
    await put('alice@example.org', { vars: { id: 'R-1' } });
    await put('bob@example.org');
    expect(await deliverDueMail(ctx(smtp(server)))).toEqual({ sent: 1, postponed: 0, failed: 1 });
  });

  it('sends again, under the same Message-ID, what a dead process had taken', async () => {
    const server = await serve();
    await put('alice@example.org');
    const leaseUntil = new Date(now.getTime() + 600_000);
    const [taken] = await leaseDueMails(database.db, { now, leaseUntil, limit: 5 });
    expect(await deliverDueMail(ctx(smtp(server)))).toMatchObject({ sent: 0 });
    now = leaseUntil;
    expect(await deliverDueMail(ctx(smtp(server)))).toMatchObject({ sent: 1 });
    expect(server.mails[0]?.data).toContain(`Message-ID: <${taken?.id}@portal.example.org>`);
  });

  it('leaves everything alone while mail is off', async () => {
    await put('alice@example.org');
    expect(await deliverDueMail(ctx(config({})))).toEqual({ sent: 0, postponed: 0, failed: 0 });
    expect(await outboxSummary(database.db)).toMatchObject({ waiting: 1 });
  });
});
