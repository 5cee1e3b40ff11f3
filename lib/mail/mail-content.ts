import { z } from 'zod';

import type { Translate } from '../ctx';
import { RevocationReason } from '../wire/records';
import { endOfCertificate } from './certificate-calendar';
import type { CalendarEntry } from './calendar-file';

/** One part of a mail's body, in order; text and HTML are made from the same parts. */
export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'facts'; facts: readonly { label: string; value: string }[] }
  /** What a person wrote: shown as theirs. */
  | { kind: 'quote'; text: string }
  | { kind: 'link'; label: string; url: string; main: boolean };

export type MailContent = {
  subject: string;
  blocks: readonly Block[];
  /** Goes along as a file that calendars take. */
  calendar?: { name: string; entry: CalendarEntry };
};

/** What the words are made with: the catalogue and how an instant is written in its language. */
export type Wording = { t: Translate; date: (iso: string) => string; site: string };

type Template = { parse: (vars: unknown, wording: Wording) => MailContent };

/** Binds what a template needs to its words; vars of another shape throw. */
function template<T extends z.ZodType>(
  shape: T,
  content: (vars: z.infer<T>, wording: Wording) => MailContent,
): Template {
  return { parse: (vars, wording) => content(shape.parse(vars), wording) };
}

const link = z.url({ protocol: /^https?$/ });
const person = { id: z.string(), commonName: z.string() };
const ofCertificate = { commonName: z.string(), serial: z.string(), label: z.string() };
const text = (value: string): Block => ({ kind: 'text', text: value });

const requestFacts = ({ t }: Wording, vars: { id: string; commonName: string }): Block => ({
  kind: 'facts',
  facts: [
    { label: t('mail.fact.request'), value: vars.id },
    { label: t('mail.fact.account'), value: vars.commonName },
  ],
});

const certificateFacts = (
  { t }: Wording,
  vars: { commonName: string; serial: string; label: string },
  more: readonly { label: string; value: string }[],
): Block => ({
  kind: 'facts',
  facts: [
    { label: t('mail.fact.account'), value: vars.commonName },
    { label: t('mail.fact.device'), value: vars.label },
    { label: t('mail.fact.serial'), value: vars.serial },
    ...more,
  ].filter(({ value }) => value !== ''),
});

/**
 * Every mail that the portal sends, by the name that stands in the outbox. None carries more access
 * than its reader has: links to requests open with the pick-up secret or a sign-in only; the only
 * secrets are those that prove a mailbox, behind `#`.
 */
export const MAILS = {
  'request-waiting': template(
    z.object({ ...person, email: z.string(), name: z.string(), link }),
    (vars, { t }) => ({
      subject: t('mail.request-waiting.subject', { id: vars.id, commonName: vars.commonName }),
      blocks: [
        text(t('mail.request-waiting.intro')),
        {
          kind: 'facts',
          facts: [
            { label: t('mail.fact.request'), value: vars.id },
            { label: t('mail.fact.account'), value: vars.commonName },
            { label: t('mail.fact.name'), value: vars.name },
            { label: t('mail.fact.email'), value: vars.email },
          ].filter(({ value }) => value !== ''),
        },
        { kind: 'link', label: t('mail.request-waiting.action'), url: vars.link, main: true },
        text(t('mail.request-waiting.outro')),
      ],
    }),
  ),
  'request-received': template(
    z.object({ ...person, link, confirmLink: z.union([z.literal(''), link]) }),
    (vars, wording) => ({
      subject: wording.t('mail.request-received.subject', { id: vars.id }),
      blocks: [
        text(wording.t('mail.request-received.intro')),
        requestFacts(wording, vars),
        ...(vars.confirmLink === '' ? [] : confirmation(wording, vars.confirmLink)),
        text(wording.t('mail.request-received.status')),
        {
          kind: 'link',
          label: wording.t('mail.request-received.action'),
          url: vars.link,
          main: vars.confirmLink === '',
        },
        text(wording.t('mail.request-received.outro')),
      ],
    }),
  ),
  'certificate-issued': template(
    z.object({
      ...person,
      serial: z.string(),
      // Rows of before have none; then no calendar goes along.
      notBefore: z.iso.datetime().optional(),
      notAfter: z.iso.datetime(),
      link,
    }),
    (vars, { t, date }) => ({
      subject: t('mail.certificate-issued.subject', { commonName: vars.commonName }),
      ...(vars.notBefore === undefined
        ? {}
        : { calendar: endOfCertificate({ ...vars, notBefore: vars.notBefore }, t) }),
      blocks: [
        text(t('mail.certificate-issued.intro')),
        {
          kind: 'facts',
          facts: [
            { label: t('mail.fact.account'), value: vars.commonName },
            { label: t('mail.fact.serial'), value: vars.serial },
            { label: t('mail.fact.validUntil'), value: date(vars.notAfter) },
          ],
        },
        text(t('mail.certificate-issued.pickUp')),
        { kind: 'link', label: t('mail.certificate-issued.action'), url: vars.link, main: true },
        text(t('mail.certificate-issued.outro')),
      ],
    }),
  ),
  'request-rejected': template(z.object({ ...person, reason: z.string(), link }), (vars, wording) => ({
    subject: wording.t('mail.request-rejected.subject', { id: vars.id }),
    blocks: [
      text(wording.t('mail.request-rejected.intro')),
      { kind: 'quote', text: vars.reason },
      requestFacts(wording, vars),
      { kind: 'link', label: wording.t('mail.request-rejected.action'), url: vars.link, main: true },
      text(wording.t('mail.request-rejected.outro')),
    ],
  })),
  question: template(z.object({ ...person, question: z.string(), link }), (vars, wording) => ({
    subject: wording.t('mail.question.subject', { id: vars.id }),
    blocks: [
      text(wording.t('mail.question.intro')),
      { kind: 'quote', text: vars.question },
      requestFacts(wording, vars),
      { kind: 'link', label: wording.t('mail.question.action'), url: vars.link, main: true },
      text(wording.t('mail.question.how')),
    ],
  })),
  'account-taken-over': template(z.object({ ...person, contact: z.string() }), (vars, wording) => ({
    subject: wording.t('mail.account-taken-over.subject', { commonName: vars.commonName }),
    blocks: [
      text(wording.t('mail.account-taken-over.intro')),
      requestFacts(wording, vars),
      text(wording.t('mail.account-taken-over.outro')),
    ],
  })),
  'certificate-revoked': template(
    z.object({ ...ofCertificate, reason: RevocationReason, link }),
    (vars, wording) => {
      const { t } = wording;
      const kind = vars.reason === 'certificateHold' ? 'Hold' : '';
      return {
        subject: t(`mail.certificate-revoked.subject${kind}`, { commonName: vars.commonName }),
        blocks: [
          text(t(`mail.certificate-revoked.intro${kind}`)),
          certificateFacts(wording, vars, [
            { label: t('mail.fact.reason'), value: t(`mail.certificate-revoked.reason.${vars.reason}`) },
          ]),
          text(t(`mail.certificate-revoked.advice.${vars.reason}`)),
          { kind: 'link', label: t('mail.certificate-revoked.action'), url: vars.link, main: true },
          text(t('mail.certificate-revoked.outro')),
        ],
      };
    },
  ),
  'certificate-ending': template(
    z.object({
      ...ofCertificate,
      notBefore: z.iso.datetime(),
      notAfter: z.iso.datetime(),
      days: z.coerce.number().int(),
      renewal: z.enum(['automatic', 'approver', 'server']),
      link,
    }),
    (vars, wording) => {
      const { t, date } = wording;
      return {
        subject: t('mail.certificate-ending.subject', { commonName: vars.commonName, days: vars.days }),
        calendar: endOfCertificate(vars, t),
        blocks: [
          text(t('mail.certificate-ending.intro', { days: vars.days })),
          certificateFacts(wording, vars, [{ label: t('mail.fact.validUntil'), value: date(vars.notAfter) }]),
          text(t(`mail.certificate-ending.how.${vars.renewal}`)),
          { kind: 'link', label: t('mail.certificate-ending.action'), url: vars.link, main: true },
          text(t('mail.certificate-ending.outro')),
        ],
      };
    },
  ),
  'ca-alarm': template(
    z.object({
      code: z.enum([
        'journal-damaged',
        'journal-old',
        'journal-other',
        'crl-ended',
        'crl-ends',
        'ca-ended',
        'ca-ends',
        'ocsp-ended',
        'ocsp-ends',
        'former-key',
        'relint',
        'audit-broken',
      ]),
      link,
      list: z.enum(['signing', 'root', 'former']).default('signing'),
      name: z.string().default(''),
      state: z.enum(['locked', 'missing']).default('locked'),
      until: z.iso.datetime().optional(),
      findings: z.string().default(''),
      checked: z.string().default(''),
      recorded: z.string().default(''),
      reported: z.string().default(''),
      kind: z.enum(['missing', 'other']).default('other'),
      seq: z.string().default(''),
      at: z.iso.datetime().optional(),
    }),
    ({ code, link: url, until, at, ...values }, { t, date, site }) => {
      const shown = {
        ...values,
        until: until === undefined ? '' : date(until),
        at: at === undefined ? '' : date(at),
      };
      return {
        subject: t('mail.ca-alarm.subject', { site, what: t(`mail.ca-alarm.title.${code}`, shown) }),
        blocks: [
          text(t(`mail.ca-alarm.text.${code}`, shown)),
          { kind: 'link', label: t('mail.ca-alarm.action'), url, main: true },
        ],
      };
    },
  ),
  'hold-ended': template(z.object({ ...ofCertificate, link }), (vars, wording) => ({
    subject: wording.t('mail.hold-ended.subject', { commonName: vars.commonName }),
    blocks: [
      text(wording.t('mail.hold-ended.intro')),
      certificateFacts(wording, vars, []),
      { kind: 'link', label: wording.t('mail.hold-ended.action'), url: vars.link, main: true },
    ],
  })),
  'lost-link': template(z.object({ link, minutes: z.string() }), ({ link, minutes }, { t }) => ({
    subject: t('mail.lost-link.subject'),
    blocks: [
      text(t('mail.lost-link.intro')),
      { kind: 'link', label: t('mail.lost-link.action'), url: link, main: true },
      text(t('mail.lost-link.life', { minutes })),
      text(t('mail.lost-link.outro')),
    ],
  })),
  'event-invitation': template(
    z.object({
      event: z.string(),
      name: z.string(),
      commonName: z.string(),
      startsAt: z.iso.datetime(),
      endsAt: z.iso.datetime(),
      link,
    }),
    (vars, { t, date }) => ({
      subject: t('mail.event-invitation.subject', { event: vars.event }),
      blocks: [
        text(t('mail.event-invitation.intro', { event: vars.event })),
        {
          kind: 'facts',
          facts: [
            { label: t('mail.fact.name'), value: vars.name },
            { label: t('mail.fact.account'), value: vars.commonName },
            { label: t('mail.event-invitation.from'), value: date(vars.startsAt) },
            { label: t('mail.event-invitation.until'), value: date(vars.endsAt) },
          ].filter(({ value }) => value !== ''),
        },
        { kind: 'link', label: t('mail.event-invitation.action'), url: vars.link, main: true },
        text(t('mail.event-invitation.once')),
      ],
    }),
  ),
  'event-waiting': template(
    z.object({ id: z.string(), event: z.string(), seats: z.string(), link }),
    (vars, { t }) => ({
      subject: t('mail.event-waiting.subject', { event: vars.event }),
      blocks: [
        text(t('mail.event-waiting.intro', { event: vars.event, seats: vars.seats })),
        { kind: 'link', label: t('mail.event-waiting.action'), url: vars.link, main: true },
      ],
    }),
  ),
  'event-decided': template(
    z.object({
      id: z.string(),
      event: z.string(),
      decision: z.enum(['approved', 'rejected']),
      reason: z.string(),
      link,
    }),
    (vars, { t }) => ({
      subject: t(`mail.event-decided.subject-${vars.decision}`, { event: vars.event }),
      blocks: [
        text(t(`mail.event-decided.intro-${vars.decision}`, { event: vars.event })),
        ...(vars.reason === '' ? [] : [{ kind: 'quote' as const, text: vars.reason }]),
        { kind: 'link', label: t('mail.event-decided.action'), url: vars.link, main: true },
      ],
    }),
  ),
  'waiting-digest': template(
    z.object({
      requests: z.coerce.number().int(),
      events: z.coerce.number().int(),
      more: z.coerce.number().int(),
      lines: z.string(),
      link,
    }),
    ({ requests, events, more, lines, link: url }, { t }) => ({
      subject: t('mail.waiting-digest.subject', { n: requests + events }),
      blocks: [
        text(t('mail.waiting-digest.intro', { requests, events })),
        {
          kind: 'facts',
          facts: lines.split('\n').map((line) => {
            const [id = '', ...name] = line.split(' ');
            return { label: id, value: name.join(' ') };
          }),
        },
        ...(more > 0 ? [text(t('mail.waiting-digest.more', { more }))] : []),
        { kind: 'link', label: t('mail.waiting-digest.action'), url, main: true },
        text(t('mail.waiting-digest.outro')),
      ],
    }),
  ),
  test: template(z.object({}), (_vars, { t, site }) => ({
    subject: t('mail.test.subject', { site }),
    blocks: [text(t('mail.test.intro', { site }))],
  })),
} as const satisfies Record<string, Template>;

export type MailName = keyof typeof MAILS;

export const isMailName = (name: string): name is MailName => Object.hasOwn(MAILS, name);

function confirmation({ t }: Wording, url: string): Block[] {
  return [
    text(t('mail.request-received.confirm')),
    { kind: 'link', label: t('mail.request-received.confirmAction'), url, main: true },
  ];
}
