import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import { renderMail } from '../mail/render-mail';
import { testHouse, type TestHouse, type TestHouseOptions } from '../testing/ctx';
import { submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { rejectRequest } from './reject-request';

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

const MAIL = { mail: { transport: 'sendmail', from: 'ca@example.org', approvers: ['paula@example.org'] } };

async function open(options: TestHouseOptions = {}): Promise<TestHouse> {
  house = await testHouse({ signer, realClock: true, config: MAIL, ...options });
  return house;
}

/** Mails by recipient: the languages they are ordered in. */
async function languages(): Promise<Record<string, string[]>> {
  const rows = await house.ctx.db.prisma.outboxMail.findMany({ orderBy: { createdAt: 'asc' } });
  const found: Record<string, string[]> = {};
  for (const { recipient, locale } of rows) (found[recipient] ??= []).push(locale);
  return found;
}

it('mails about a request are in the language it was sent in, whoever decides in whichever', async () => {
  const { ctx, person } = await open();
  const spanish = await submitOne({ ...ctx, locale: 'es' }, { commonName: 'alicia' });
  const english = await submitOne({ ...ctx, locale: 'en' }, { commonName: 'bob' });
  const paula = person('paula', 'approver');
  await rejectRequest({ ...paula, locale: 'en' }, { id: spanish, reason: 'No figura en la lista' });
  await rejectRequest({ ...paula, locale: 'es' }, { id: english, reason: 'Not on the list' });
  const found = await languages();
  expect(new Set(found['alicia@example.org'])).toEqual(new Set(['es']));
  expect(new Set(found['bob@example.org'])).toEqual(new Set(['en']));
  expect(found['alicia@example.org']?.length).toBeGreaterThan(1);
});

it('mails to approvers are in the first language of the site', async () => {
  const { ctx } = await open({ config: { ...MAIL, site: { languages: ['es', 'en'] } } });
  await submitOne({ ...ctx, locale: 'en' });
  expect((await languages())['paula@example.org']).toEqual(['es']);
});

it('a mail that was ordered in Spanish is written in Spanish, text and HTML', async () => {
  const { ctx, person } = await open();
  const id = await submitOne({ ...ctx, locale: 'es' });
  await rejectRequest(person('paula', 'approver'), { id, reason: 'No figura en la lista' });
  const row = await ctx.db.prisma.outboxMail.findFirstOrThrow({ where: { template: 'request-rejected' } });
  const { template, locale } = row;
  const mail = renderMail({
    template,
    locale,
    vars: JSON.parse(row.vars) as unknown,
    site: house.config.site,
  });
  expect(mail.html).toContain('<html lang="es">');
  for (const text of [mail.text, mail.html]) {
    expect(text).toContain('No figura en la lista');
    expect(text).toMatch(/solicitud/i);
    expect(text).not.toMatch(/\b(?:your|request|rejected)\b/i);
  }
});
