import { calendarFile } from './calendar-file';
import { LOCALES, type Locale } from '../i18n/locales';
import { translator } from '../i18n/translator';
import { type Block, isMailName, type MailContent, MAILS, type Wording } from './mail-content';

/** A mail, ready for a transport; addresses are added there. */
export type RenderedMail = {
  subject: string;
  text: string;
  html: string;
  /** A file for calendars, when the mail is about a date. */
  calendar: { name: string; content: string } | null;
};

/**
 * Puts a mail into words: plain text and HTML from the same parts. All that people wrote is escaped
 * in HTML, and no line break gets into the subject.
 *
 * @param input.template a name of MAILS, as it stands in the outbox
 * @param input.locale   falls back to English
 * @throws {RangeError} for a template or vars that are not known: a row of another version
 */
export function renderMail(input: {
  template: string;
  locale: string;
  vars: unknown;
  site: { name: string; url: string; contact: string };
}): RenderedMail {
  const { template, site } = input;
  if (!isMailName(template)) throw new RangeError(`There is no mail "${template}".`);
  const locale: Locale = LOCALES.find((known) => known === input.locale) ?? 'en';
  const t = translator(locale);
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  const wording: Wording = { t, site: site.name, date: (iso) => dates.format(new Date(iso)) };
  let content: MailContent;
  try {
    content = MAILS[template].parse(input.vars, wording);
  } catch (cause) {
    throw new RangeError(`The mail "${template}" lacks what it needs.`, { cause });
  }
  const greeting = t('mail.greeting');
  const closing = [
    t('mail.signature', { site: site.name }),
    site.url,
    ...(site.contact === '' ? [] : [t('mail.contact', { contact: site.contact })]),
    t('mail.automatic'),
  ];
  return {
    subject: oneLine(content.subject),
    text:
      [greeting, ...content.blocks.map(blockText), `-- \n${closing.map(oneLine).join('\n')}`].join('\n\n') +
      '\n',
    html: page(locale, oneLine(content.subject), greeting, content.blocks, closing),
    calendar:
      content.calendar === undefined
        ? null
        : { name: content.calendar.name, content: calendarFile(content.calendar.entry) },
  };
}

/** Header lines end at CR or LF (RFC 5322 section 2.2); other control characters have no place there. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 200);

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return block.text;
    case 'facts':
      return block.facts.map(({ label, value }) => `  ${label}: ${oneLine(value)}`).join('\n');
    case 'quote':
      return block.text
        .split(/\r\n|\r|\n/)
        .map((line) => `> ${line}`)
        .join('\n');
    case 'link':
      return `${block.label}:\n${block.url}`;
  }
}

const INK = '#1b1f24';
const ACCENT = '#0b5a5e';
const FONT = "font-family:'IBM Plex Sans',Helvetica,Arial,sans-serif;font-size:16px;line-height:24px";
const MONO = "font-family:'IBM Plex Mono',Menlo,Consolas,monospace;font-size:14px";

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p style="margin:0 0 16px">${escapeHtml(block.text)}</p>`;
    case 'facts': {
      const rows = block.facts.map(
        ({ label, value }) =>
          `<tr><td style="padding:2px 16px 2px 0;color:#59626c">${escapeHtml(label)}</td>` +
          `<td style="padding:2px 0;${MONO}">${escapeHtml(oneLine(value))}</td></tr>`,
      );
      return `<table role="presentation" style="margin:0 0 16px;border-collapse:collapse">${rows.join('')}</table>`;
    }
    case 'quote':
      return `<blockquote style="margin:0 0 16px;padding:4px 0 4px 12px;border-left:3px solid #c9c4b8;white-space:pre-line">${escapeHtml(block.text)}</blockquote>`;
    case 'link': {
      const look = block.main
        ? `display:inline-block;padding:8px 16px;border-radius:4px;background:${ACCENT};color:#ffffff;text-decoration:none`
        : `color:${ACCENT}`;
      // The address stands there too, for readers that show no links.
      return (
        `<p style="margin:0 0 16px"><a href="${escapeHtml(block.url)}" style="${look}">${escapeHtml(block.label)}</a><br>` +
        `<span style="${MONO};color:#59626c;word-break:break-all">${escapeHtml(block.url)}</span></p>`
      );
    }
  }
}

function page(
  locale: string,
  subject: string,
  greeting: string,
  blocks: readonly Block[],
  closing: readonly string[],
): string {
  return [
    '<!doctype html>',
    `<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<title>${escapeHtml(subject)}</title></head>`,
    `<body style="margin:0;padding:24px;background:#fbfaf7;color:${INK};${FONT}"><div style="max-width:600px">`,
    `<p style="margin:0 0 16px">${escapeHtml(greeting)}</p>`,
    ...blocks.map(blockHtml),
    `<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #ddd8cc;color:#59626c;font-size:14px;line-height:20px">${closing.map((line) => escapeHtml(oneLine(line))).join('<br>')}</p>`,
    '</div></body></html>\n',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? '');
