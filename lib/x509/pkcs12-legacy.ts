import forge from 'node-forge';

import type { Pkcs12Input } from './pkcs12';

/**
 * PKCS#12 with the algorithms of 1999: the key under pbeWithSHAAnd3-KeyTripleDES-CBC, the MAC with
 * SHA-1 (RFC 7292 appendix C). For programs that read nothing newer; the passphrase should be long.
 *
 * node-forge's own toPkcs12Asn1 takes RSA certificates only and would encode others anew, so the
 * outer structure is written here and certificates go in byte for byte. Runs in browsers too.
 */
export function buildLegacyPkcs12(input: Pkcs12Input): Uint8Array {
  const [own] = input.chain;
  const localKeyId = own === undefined ? '' : sha1(binary(own));
  const attributes = set(
    attribute(OIDS.friendlyName, asn1.create(Class.UNIVERSAL, Type.BMPSTRING, false, input.friendlyName)),
    attribute(OIDS.localKeyId, octetString(localKeyId)),
  );
  const key = pki.encryptPrivateKeyInfo(asn1.fromDer(binary(input.privateKeyPkcs8)), input.passphrase, {
    algorithm: '3des',
    count: ROUNDS,
  });
  const keyBag = sequence(oid(OIDS.shroudedKeyBag), explicit(key), attributes);
  const certificateBags = input.chain.map((der, at) =>
    sequence(
      oid(OIDS.certificateBag),
      explicit(sequence(oid(OIDS.x509Certificate), explicit(octetString(binary(der))))),
      ...(at === 0 ? [attributes] : []),
    ),
  );
  const safe = der(sequence(data(der(sequence(...certificateBags))), data(der(sequence(keyBag)))));
  const file = sequence(integer(3), data(safe), macData(safe, input.passphrase));
  return Uint8Array.from(der(file), (character) => character.charCodeAt(0));
}

const { asn1, pki } = forge;
const { Class, Type } = asn1;
type Node = forge.asn1.Asn1;

/** OpenSSL's default; readers of this age are slow. */
const ROUNDS = 2048;
const SHA1_OCTETS = 20;

const OIDS = {
  data: '1.2.840.113549.1.7.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  sha1: '1.3.14.3.2.26',
} as const;

/** RFC 7292 section 4 and appendix B: an HMAC whose key comes from passphrase and salt, purpose 3. */
function macData(content: string, passphrase: string): Node {
  const salt = forge.random.getBytesSync(8);
  const key = forge.pkcs12.generateKey(passphrase, forge.util.createBuffer(salt), 3, ROUNDS, SHA1_OCTETS);
  const mac = forge.hmac.create();
  mac.start('sha1', key);
  mac.update(content);
  const algorithm = sequence(oid(OIDS.sha1), asn1.create(Class.UNIVERSAL, Type.NULL, false, ''));
  const digest = sequence(algorithm, octetString(mac.getMac().getBytes()));
  return sequence(digest, octetString(salt), integer(ROUNDS));
}

function sha1(bytes: string): string {
  const hash = forge.md.sha1.create();
  hash.update(bytes);
  return hash.digest().getBytes();
}

const sequence = (...items: Node[]): Node => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, items);
const set = (...items: Node[]): Node => asn1.create(Class.UNIVERSAL, Type.SET, true, items);
const explicit = (item: Node): Node => asn1.create(Class.CONTEXT_SPECIFIC, 0, true, [item]);
const oid = (dotted: string): Node =>
  asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(dotted).getBytes());
const integer = (value: number): Node =>
  asn1.create(Class.UNIVERSAL, Type.INTEGER, false, asn1.integerToDer(value).getBytes());
const octetString = (content: string): Node => asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, content);
const attribute = (type: string, value: Node): Node => sequence(oid(type), set(value));
const data = (content: string): Node => sequence(oid(OIDS.data), explicit(octetString(content)));
const der = (node: Node): string => asn1.toDer(node).getBytes();

const binary = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
