import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { MAIL_KINDS } from '../config/mail-kinds';
import { ConfigSchema, type Config } from '../config/schema';
import { sendsMail } from '../mail/sends-mail';
import { openTestHouse, type TestHouse } from '../testing/house';
import { submitOne } from '../testing/requests';
import { dueTime, mailDigest } from './mail-digest';

const at = (time: string) => new Date(`2026-11-26T${time}:00.000Z`);

describe('the time of a digest', () => {
  it.each([
    [['08:00'], '07:59', null],
    [['08:00'], '08:00', '08:00'],
    [['08:00'], '08:59', '08:00'],
    [['08:00'], '09:00', null],
    [['08:00', '08:30'], '08:40', '08:30'],
    [[], '08:00', null],
  ])('%s at %s is %s', (times, now, due) => {
    expect(dueTime(times, at(now))?.toISOString() ?? null).toBe(due === null ? null : at(due).toISOString());
  });

  it('of the day before counts past midnight', () => {
    expect(dueTime(['23:50'], at('00:10'))?.toISOString()).toBe('2026-11-25T23:50:00.000Z');
  });
});

describe('mails that are switched off or digested', () => {
  let house: TestHouse;
  beforeEach(async () => {
    house = await openTestHouse();
  });
  afterEach(() => house.remove());

  const ctx = (mail: Partial<Config['mail']>, now = at('08:05')) => ({
    ...house.ctx,
    config: {
      ...house.ctx.config,
      mail: {
        ...house.ctx.config.mail,
        transport: 'smtp' as const,
        from: 'hub@example.org',
        approvers: ['desk@example.org'],
        ...mail,
      },
    },
    now: () => now,
  });
  const kinds = async () =>
    (await house.ctx.db.prisma.outboxMail.findMany()).map(({ template }) => template).sort();
  const visitor = { kind: 'visitor', addressKey: 'k' } as const;

  it('each request is told at once where no times are set', async () => {
    const id = await submitOne({ ...ctx({}), actor: visitor });
    expect(await kinds()).toContain('request-waiting');
    expect(await mailDigest(ctx({}))).toBe(0);
    expect(id).toMatch(/^R-/);
  });

  it('with times, all that waits is told once, and nothing when nothing waits', async () => {
    const digested = { digestAt: ['08:00'] };
    expect(await mailDigest(ctx(digested))).toBe(0);
    const id = await submitOne({ ...ctx(digested), actor: visitor });
    expect(await kinds()).not.toContain('request-waiting');
    expect(await mailDigest(ctx(digested, at('07:55')))).toBe(0);
    await mailDigest(ctx(digested));
    await mailDigest(ctx(digested, at('08:30')));
    const mails = await house.ctx.db.prisma.outboxMail.findMany({ where: { template: 'waiting-digest' } });
    expect(mails.map(({ recipient }) => recipient)).toEqual(['desk@example.org']);
    expect(JSON.parse(mails[0]?.vars ?? '{}')).toMatchObject({ requests: '1', events: '0', more: '0' });
    expect(mails[0]?.vars).toContain(id);
  });

  it('what mail.off names is not sent, and all else is', async () => {
    await submitOne({ ...ctx({ off: ['request-waiting'] }), actor: visitor });
    expect(await kinds()).not.toContain('request-waiting');
    expect(await mailDigest(ctx({ off: ['waiting-digest'], digestAt: ['08:00'] }))).toBe(0);
    for (const kind of MAIL_KINDS) {
      const { config } = ctx({ off: [kind] });
      expect(MAIL_KINDS.filter((one) => !sendsMail(config, one))).toEqual([kind]);
    }
    expect(MAIL_KINDS.some((kind) => sendsMail(house.ctx.config, kind))).toBe(false);
  });

  it('a kind that does not exist, or a time that is none, is refused', () => {
    expect(() => ConfigSchema.parse({ mail: { off: ['request-waitng'] } })).toThrow(/off/);
    expect(() => ConfigSchema.parse({ mail: { digestAt: ['24:00'] } })).toThrow(/digestAt/);
  });
});
