/**
 * A value as it stands in a filter (RFC 4515 section 3): what could end it, or mean anything in it, is
 * written as a backslash and two hex digits, octet by octet; so is all that is not printable ASCII.
 */
export function escapeFilterValue(value: string): string {
  let escaped = '';
  for (const octet of Buffer.from(value, 'utf8')) {
    const plain = octet >= 0x20 && octet < 0x7f && !'\\*()'.includes(String.fromCharCode(octet));
    escaped += plain ? String.fromCharCode(octet) : `\\${octet.toString(16).padStart(2, '0')}`;
  }
  return escaped;
}

/** Puts values into a filter's places, `{account}`; a place without a value is a mistake of the caller. */
export function fillFilter(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{([a-z]+)\}/g, (place, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new RangeError(`the filter has a place ${place} without a value`);
    return escapeFilterValue(value);
  });
}
