import { closeSync, openSync, readdirSync, readSync, statSync, type Dirent } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';

import { HubgateError } from '../../errors';

/** Where one CA of an old folder keeps what. A CA is where its index is. */
export type OldCaFiles = {
  /** `root-ca`, `signing-ca`, `demoCA`, `pki`: what its folder or index is called. */
  readonly name: string;
  readonly made: 'openssl' | 'easy-rsa';
  /** Null only for a root that signed by hand and was named by an operator. */
  readonly index: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  /** Holds the number of the next revocation list, hex. */
  readonly crlNumber: string | null;
  /** Revocation lists that it issued, as files. */
  readonly crls: readonly string[];
  /** Folders with copies of what it issued. */
  readonly certificates: readonly string[];
};

/** The original skeleton has its index two folders down, easy-rsa one; a centre may keep several. */
const MAX_DEPTH = 5;
const MAX_FOLDERS = 2_000;
/** Certificates without an index of their own that are looked at, for a root that signed by hand. */
const MAX_LOOSE = 2_000;

/**
 * Looks for CAs in a folder, without changing anything in it: the original skeleton's
 * (`ca/NAME/db/NAME.db`), `openssl ca`'s (`index.txt`, as CA.pl and most guides lay it out) and
 * easy-rsa's (`pki/index.txt`). Links to folders are not followed.
 *
 * @returns the CAs, by name, and certificate files that may be a root without an index
 * @throws {HubgateError} `ca.file` when the folder cannot be read
 */
export function findOldCas(from: string): { cas: OldCaFiles[]; loose: string[] } {
  const start = resolve(from);
  try {
    if (!statSync(start).isDirectory()) throw new Error('it is not a folder');
  } catch (cause) {
    throw new HubgateError('ca.file', `${start} cannot be read. Name the folder of the old CA.`, {
      params: { file: start },
      cause,
    });
  }
  const indexes: string[] = [];
  const loose: string[] = [];
  const folders = [{ path: start, depth: 0 }];
  for (let at = 0; at < folders.length && at < MAX_FOLDERS; at++) {
    const { path, depth } = folders[at] ?? { path: start, depth: 0 };
    for (const entry of entriesOf(path)) {
      const file = join(path, entry.name);
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH) folders.push({ path: file, depth: depth + 1 });
      } else if (isIndexName(entry.name) && isIndex(file)) indexes.push(file);
      else if (loose.length < MAX_LOOSE && isCertificateName(entry.name) && !ISSUED.test(path)) {
        loose.push(file);
      }
    }
  }
  const cas = indexes.map(caOf).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { cas, loose };
}

/** Folders that hold what was issued, by the thousand, and no CA. */
const ISSUED = /\/(?:newcerts|certs_by_serial|issued|reqs|revoked|renewed)(?:\/|$)/;

const isIndexName = (name: string): boolean => name === 'index.txt' || name === 'index' || /\.db$/.test(name);
const isCertificateName = (name: string): boolean => ['.crt', '.pem', '.cer'].includes(extname(name));

/** A folder that cannot be entered holds nothing for us; what is missing shows when it is needed. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** `.db` is also what NSS and others call theirs: the first two characters tell. */
function isIndex(file: string): boolean {
  const head = Buffer.alloc(2);
  try {
    const descriptor = openSync(file, 'r');
    try {
      const length = readSync(descriptor, head, 0, 2, 0);
      // Nothing issued yet. Any empty file may be called .db, but only an index lies in db/.
      if (length === 0) return !file.endsWith('.db') || basename(dirname(file)) === 'db';
      return /^[VRE]\t$/.test(head.toString('latin1'));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

function caOf(index: string): OldCaFiles {
  const folder = dirname(index);
  const inDb = basename(folder) === 'db';
  const base = inDb ? dirname(folder) : folder;
  const name = index.endsWith('.db') ? basename(index, '.db') : basename(base);
  const at = (...paths: string[]): string[] => paths.map((path) => resolve(base, path));
  const bySerial = at('certs_by_serial').some(isFolder);
  return {
    name,
    made: bySerial ? 'easy-rsa' : 'openssl',
    index,
    certificate: first(
      at(
        `${name}.crt`,
        `${name}.pem`,
        `../${name}.crt`,
        `../${name}.pem`,
        'cacert.pem',
        'ca.crt',
        'ca.pem',
        `certs/${name}.cert.pem`,
        `certs/${name}.crt`,
        'certs/ca.cert.pem',
        'certs/ca.crt',
        'certs/cacert.pem',
      ),
    ),
    key: first(
      at(
        `private/${name}.key`,
        `private/${name}.pem`,
        `private/${name}.key.pem`,
        'private/cakey.pem',
        'private/ca.key',
        'private/ca.key.pem',
        `${name}.key`,
        'ca.key',
        'cakey.pem',
      ),
    ),
    crlNumber: first(at(`db/${name}.crl.srl`, `${name}.crl.srl`, 'db/crlnumber', 'crlnumber')),
    crls: at(
      `../../crl/${name}.crl`,
      `../crl/${name}.crl`,
      `crl/${name}.crl`,
      `crl/${name}.crl.pem`,
      `../${name}.crl`,
      `${name}.crl`,
      'crl/ca.crl.pem',
      'crl/crl.pem',
      'crl.pem',
    ).filter(isFile),
    certificates: [
      ...at('newcerts', 'certs_by_serial', '.', 'certs', 'issued'),
      ...at('revoked/certs_by_serial', 'renewed/certs_by_serial', 'renewed/issued'),
      ...at(...(inDb ? ['../../certs', '../certs'] : [])),
    ].filter(isFolder),
  };
}

const first = (paths: readonly string[]): string | null => paths.find(isFile) ?? null;

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
