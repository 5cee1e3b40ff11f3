import { escapeHtml } from '../ui/escape-html';

export type ApproveRow = { id: string; seen: string; commonName: string; names: string; kind: string };

export type ApproveRowWords = Record<'colNames' | 'colKind' | 'colRequest' | 'noNames', string>;

/**
 * The rows of a selection as one string, each with its box: React would spend a third of a second on
 * 500 of them, here and once more in the browser. What they hold comes from requesters: it is data here,
 * never markup.
 */
export function approveRowsHtml(rows: readonly ApproveRow[], words: ApproveRowWords): string {
  const cell = (label: string, inner: string): string =>
    `<td role="cell" data-label="${escapeHtml(label)}"><span>${inner}</span></td>`;
  const none = `<span class="quiet-ink">${escapeHtml(words.noNames)}</span>`;
  return rows
    .map(({ id, seen, commonName, names, kind }) =>
      [
        '<tr role="row"><th role="rowheader" scope="row"><label class="tick">',
        `<input type="checkbox" name="id" value="${escapeHtml(seen)}" checked>`,
        `<span class="mono break">${escapeHtml(commonName)}</span></label></th>`,
        cell(words.colNames, names === '' ? none : `<span class="break">${escapeHtml(names)}</span>`),
        cell(words.colKind, escapeHtml(kind)),
        cell(
          words.colRequest,
          `<a class="mono" href="/admin/requests/${encodeURIComponent(id)}">${escapeHtml(id)}</a>`,
        ),
        '</tr>',
      ].join(''),
    )
    .join('');
}
