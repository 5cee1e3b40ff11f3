import { CertificateSelect } from '#lib/certificates/revoke-body';

/** The selection in the fields of a form or query; null where there is none that can be read. */
export function readSelect(fields: Readonly<Record<string, unknown>>): CertificateSelect | null {
  const { by } = fields;
  const read = CertificateSelect.safeParse(
    by === 'person'
      ? { by, person: fields['person'] }
      : by === 'key'
        ? { by, spkiSha256: hexOf(fields['key']) }
        : by === 'event'
          ? { by, event: fields['event'] }
          : { by, serials: manyOf(fields['serial']) },
  );
  return read.success ? read.data : null;
}

/** The same as the fields that carry it from page to page. */
export function selectFields(select: CertificateSelect): [name: string, value: string][] {
  switch (select.by) {
    case 'person':
      return [
        ['by', select.by],
        ['person', select.person],
      ];
    case 'key':
      return [
        ['by', select.by],
        ['key', select.spkiSha256],
      ];
    case 'event':
      return [
        ['by', select.by],
        ['event', select.event],
      ];
    case 'serials':
      return [['by', select.by], ...select.serials.map((serial): [string, string] => ['serial', serial])];
  }
}

/** Fingerprints as pages and programs print them: in groups, with colons, in capitals. */
function hexOf(text: unknown): unknown {
  return typeof text === 'string' ? text.toLowerCase().replaceAll(/[\s:]/g, '') : text;
}

function manyOf(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
