import { createHash } from 'node:crypto';

/**
 * An Apple configuration profile that installs the root and the signing CAs (payload types
 * com.apple.security.root and com.apple.security.pkcs1). Identifiers follow from the certificates,
 * so that installing the same CA again replaces the profile instead of adding one.
 *
 * @param input.name     the centre's name, shown by the device
 * @param input.host     the portal's host name, for the profile's reverse-domain identifier
 * @param input.root     DER
 * @param input.signing  DER, the one that signs now first
 * @returns an XML property list, UTF-8
 */
export function buildMobileconfig(input: {
  name: string;
  host: string;
  root: { der: Uint8Array; commonName: string };
  signing: readonly { der: Uint8Array; commonName: string }[];
}): string {
  const { name, host, root, signing } = input;
  const base = `${host.split('.').reverse().join('.')}.hubgate.ca`;
  const payload = (type: string, one: { der: Uint8Array; commonName: string }, part: string): string =>
    dictionary([
      ['PayloadCertificateFileName', text(`${part}.cer`)],
      ['PayloadContent', `<data>${Buffer.from(one.der).toString('base64')}</data>`],
      ['PayloadDisplayName', text(one.commonName)],
      ['PayloadIdentifier', text(`${base}.${part}`)],
      ['PayloadType', text(type)],
      ['PayloadUUID', text(stableUuid(part, one.der))],
      ['PayloadVersion', '<integer>1</integer>'],
    ]);
  const payloads = [
    payload('com.apple.security.root', root, 'root-ca'),
    ...signing.map((one, at) =>
      payload('com.apple.security.pkcs1', one, at === 0 ? 'signing-ca' : `former-ca-${at}`),
    ),
  ];
  const profile = dictionary([
    ['PayloadContent', `<array>${payloads.join('')}</array>`],
    ['PayloadDescription', text(`Lets this device trust the servers of ${name}.`)],
    ['PayloadDisplayName', text(`${name}: ${root.commonName}`)],
    ['PayloadIdentifier', text(base)],
    ['PayloadOrganization', text(name)],
    ['PayloadRemovalDisallowed', '<false/>'],
    ['PayloadType', text('Configuration')],
    ['PayloadUUID', text(stableUuid('profile', root.der))],
    ['PayloadVersion', '<integer>1</integer>'],
  ]);
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n' +
    `<plist version="1.0">${profile}</plist>\n`
  );
}

const dictionary = (entries: readonly (readonly [string, string])[]): string =>
  `<dict>\n${entries.map(([key, value]) => `<key>${key}</key>${value}\n`).join('')}</dict>\n`;

const text = (value: string): string => `<string>${escapeXml(value)}</string>`;

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

/** Control characters have no form in XML 1.0 and are dropped. */
const escapeXml = (value: string): string =>
  value
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[<>&]/g, (one) => ENTITIES[one] ?? '');

/** RFC 9562 section 5.8: a version 8 UUID, from a hash of our own. */
function stableUuid(part: string, der: Uint8Array): string {
  const hash = createHash('sha256').update(`hubgate-profile ${part}\n`).update(der).digest('hex');
  const variant = ((parseInt(hash.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const groups = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ];
  return groups.join('-').toUpperCase();
}
