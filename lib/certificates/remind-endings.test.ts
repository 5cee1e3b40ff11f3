import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { deliverDueMail } from '../mail/deliver-due-mail';
import { startSmtpServer, type TestSmtpServer } from '../mail/testing/smtp-server';
import { approveRequest } from '../requests/approve-request';
import { signRequests } from '../requests/sign-requests';
import type { SubmitInput } from '../requests/submit-request';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS, type DatabaseKind } from '../testing/database';
import { makeCsr, subjectKey } from '../testing/orders';
import { allEvents, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { remindEndings } from './remind-endings';
import { renewCertificate } from './renew-certificate';
import { revokeCertificate } from './revoke-certificate';

const DAY = 86_400_000;

let signer: TestSigner;
let smtp: TestSmtpServer;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
  smtp = await startSmtpServer({});
});
afterEach(async () => {
  await house.close();
  smtp.mails.length = 0;
});
afterAll(async () => {
  await smtp.close();
  await signer.remove();
});

const open = async (kind: DatabaseKind = 'sqlite', config: Record<string, unknown> = {}) => {
  const mail = { transport: 'smtp', from: 'hub@example.org', security: 'none', port: smtp.port };
  house = await testHouse({ signer, realClock: true, kind, config: { mail, ...config } });
};

const clock = () => house.as({ kind: 'system', name: 'remind' });

/** The signer's clock cannot be moved: certificates are made on the first day. */
async function issue(
  commonName: string,
  input: Partial<Omit<SubmitInput, 'commonName'>> = {},
  locale: 'en' | 'es' = 'en',
): Promise<string> {
  const csr = makeCsr(subjectKey('p-256'), commonName);
  const id = await submitOne({ ...house.ctx, locale }, { csr, commonName, ...input });
  await approveRequest(house.person('paula', 'approver'), { id, vouchEmail: true, confirmTakeover: true });
  return signOne(id);
}

async function signOne(id: string): Promise<string> {
  const [event] = await allEvents(signRequests(house.person('otto', 'operator'), { ids: [id] }));
  if (event?.event !== 'item' || event.serial === undefined) throw new Error(JSON.stringify(event));
  return event.serial;
}

/** What mails said that are sent by now: the outbox forgets it. */
const saidBefore = new Map<string, string>();

/** Mails about ends, in the order in which they were written: about whose certificate, and days left. */
async function reminders(names: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const rows = await house.database.db.prisma.outboxMail.findMany({
    where: { template: 'certificate-ending' },
    orderBy: [{ createdAt: 'asc' }, { recipient: 'asc' }],
  });
  return rows.map((row) => {
    if (row.sentAt === null) saidBefore.set(row.id, row.vars);
    const vars = saidBefore.get(row.id) ?? row.vars;
    const { serial, days, renewal } = JSON.parse(vars) as Record<string, string>;
    return `${names[serial ?? ''] ?? row.recipient.split('@')[0]} ${days} ${renewal}`;
  });
}

describe.each(DATABASE_KINDS)('a year of reminders on %s', (kind) => {
  it('comes once per threshold, and ends with revocation, renewal or a newer certificate', async () => {
    await open(kind, { pki: { serverNames: ['.example.org'] } });
    await issue('alice');
    const bob = await issue('bob');
    const carol = await issue('carol');
    await issue('hub.example.org', { profile: 'server', email: 'admin@example.org' });
    let successor = '';

    let before = 0;
    // Weekly while nothing is near, then day by day.
    for (let day = 7; day <= 400; day += day < 329 ? 7 : 1) {
      house.advance((day - before) * DAY);
      before = day;
      if (day === 340) {
        const holder = { kind: 'holder', serial: bob, commonName: 'bob', addressKey: 'a' } as const;
        const csr = makeCsr(subjectKey('p-256'), 'bob');
        // The signer signs by its own clock only: the portal's days are counted on afterwards.
        house.advance(-day * DAY);
        const { id } = await renewCertificate(house.as(holder), { csr, source: 'web' });
        await approveRequest(house.person('paula', 'approver'), { id });
        successor = await signOne(id);
        house.advance(day * DAY);
      }
      if (day === 355) {
        await revokeCertificate(house.person('otto', 'operator'), { serial: carol, reason: 'superseded' });
      }
      // Twice a day, and by two processes at once: it makes no difference.
      await Promise.all([remindEndings(clock()), remindEndings(clock())]);
      await remindEndings(clock());
      if (day % 5 === 0) {
        await reminders();
        await deliverDueMail(clock());
      }
    }

    const list = await reminders({ [successor]: 'successor' });
    expect(list.filter((one) => one.startsWith('alice'))).toEqual([
      'alice 30 automatic',
      'alice 14 automatic',
      'alice 3 automatic',
      'alice 1 automatic',
    ]);
    expect(list.filter((one) => one.startsWith('bob'))).toEqual(['bob 30 automatic']);
    expect(list.filter((one) => one.startsWith('carol'))).toEqual([
      'carol 30 automatic',
      'carol 14 automatic',
    ]);
    expect(list.filter((one) => one.startsWith('admin'))).toEqual([
      'admin 30 server',
      'admin 14 server',
      'admin 3 server',
      'admin 1 server',
    ]);
    const others = list.filter((one) => !/^(alice|bob|carol|admin) /.test(one));
    expect(others.every((one) => one.startsWith('successor'))).toBe(true);

    const sent = smtp.mails.filter(({ data }) => /^Subject: Your certificate alice ends/m.test(data));
    expect(sent).toHaveLength(4);
    expect(sent[3]?.data).toMatch(/ends tomorrow/);
    expect(sent[0]?.data).toMatch(/text\/calendar/);
  }, 240_000);
});

describe('after a pause', () => {
  it('only the most urgent threshold is made up for', async () => {
    await open();
    await issue('alice');
    house.advance(363 * DAY + DAY / 2);
    await remindEndings(clock());
    expect(await reminders()).toEqual(['alice 2 automatic']);
    house.advance(DAY);
    await remindEndings(clock());
    expect(await reminders()).toEqual(['alice 2 automatic', 'alice 1 automatic']);
  });

  it('of the mail server nothing is lost', async () => {
    await open('sqlite', {
      mail: { transport: 'smtp', from: 'hub@example.org', security: 'none', port: 1 },
    });
    await issue('alice');
    house.advance(340 * DAY);
    await remindEndings(clock());
    await deliverDueMail(clock());
    const waiting = await house.database.db.prisma.outboxMail.findMany({ where: { sentAt: null } });
    expect(waiting.map((row) => row.template)).toContain('certificate-ending');
    expect(waiting.every((row) => row.failedAt === null && row.attempts === 1)).toBe(true);
    house.advance(DAY);
    const back = { ...house.config.mail, port: smtp.port };
    await deliverDueMail({ ...clock(), config: { ...house.config, mail: back } });
    expect(smtp.mails.some(({ data }) => /certificate alice ends/.test(data))).toBe(true);
  });

  it('of the certificate itself nobody is told any more', async () => {
    await open();
    await issue('alice');
    house.advance(366 * DAY);
    await remindEndings(clock());
    expect(await reminders()).toEqual([]);
  });
});

describe('who is told', () => {
  it('nobody while no mail is sent, and then the most urgent', async () => {
    await open('sqlite', { mail: { transport: 'none' } });
    await issue('alice');
    house.advance(350 * DAY);
    expect(await remindEndings(clock())).toEqual({ reminded: 0 });
    const mail = { ...house.config.mail, transport: 'smtp' as const, from: 'hub@example.org' };
    const later = { ...clock(), config: { ...house.config, mail } };
    expect(await remindEndings(later)).toEqual({ reminded: 1 });
  });

  it('each in the language of their request, and the others in the first one of the site', async () => {
    await open('sqlite', { site: { languages: ['es', 'en'] } });
    await issue('alice', {}, 'en');
    await issue('bob', {}, 'es');
    const foreign = await issue('carol', {}, 'en');
    // As one that was taken over from another CA: nobody asked for it here.
    await house.database.db.prisma.certificate.update({
      where: { serial: foreign },
      data: { requestId: null, email: 'carol@example.org' },
    });
    house.advance(340 * DAY);
    await remindEndings(clock());
    const rows = await house.database.db.prisma.outboxMail.findMany({
      where: { template: 'certificate-ending' },
    });
    expect(Object.fromEntries(rows.map(({ recipient, locale }) => [recipient, locale]))).toEqual({
      'alice@example.org': 'en',
      'bob@example.org': 'es',
      'carol@example.org': 'es',
    });
    smtp.mails.length = 0;
    await deliverDueMail(clock());
    const subjectsTo = (address: string) =>
      smtp.mails
        .filter(({ to }) => to.includes(address))
        .map(({ data }) => /^Subject: (.*)/m.exec(data)?.[1]);
    expect(subjectsTo('alice@example.org')).toContainEqual(
      expect.stringMatching(/^Your certificate alice ends in/),
    );
    expect(subjectsTo('bob@example.org').join('\n')).not.toMatch(/ends in|Your/);
  });

  it('not on the first day of a short life', async () => {
    await open('sqlite', { pki: { userDays: 10 } });
    await issue('alice');
    const days: string[][] = [];
    for (let day = 0; day < 10; day += 1) {
      await remindEndings(clock());
      days.push(await reminders());
      house.advance(DAY);
    }
    expect(days[5]).toEqual([]);
    expect(days.at(-1)).toEqual(['alice 3 automatic', 'alice 1 automatic']);
  });

  it('a telephone that was renewed says nothing about a laptop', async () => {
    await open();
    await issue('alice', { label: 'laptop' });
    await issue('alice', { label: 'phone' });
    house.advance(340 * DAY);
    await remindEndings(clock());
    expect(await reminders()).toHaveLength(2);
  });

  it('nobody whose certificate has a newer one beside it', async () => {
    await open();
    await issue('alice');
    house.advance(1000);
    await new Promise((resolve) => setTimeout(resolve, 1100)); // another second in the certificate
    await issue('alice');
    house.advance(340 * DAY);
    await remindEndings(clock());
    expect(await reminders()).toHaveLength(1);
  });

  it('of thresholds that the centre names, and of none', async () => {
    await open('sqlite', { renewal: { reminderDays: [60, 7] } });
    await issue('alice');
    for (let day = 0; day < 364; day += 4) {
      house.advance(4 * DAY);
      await remindEndings(clock());
    }
    expect(await reminders()).toEqual(['alice 57 approver', 'alice 5 automatic']);
    const silent = { ...house.config, renewal: { ...house.config.renewal, reminderDays: [] } };
    expect(await remindEndings({ ...clock(), config: silent })).toEqual({ reminded: 0 });
  });
});
