import { readFileSync, statSync } from 'node:fs';

/**
 * The maps that open the gate, in the form that Apache's `RewriteMap txt:` reads too:
 * one `key value` per line, `#` begins a comment, the first of two equal keys counts.
 */
export const HUBS_MAP = 'hubs.map';
export const ACCESS_MAP = 'access.map';
export const REVOKED_MAP = 'revoked.map';

/** Beside the maps: every CRL that a gate needs, PEM, for fronts that check it at the handshake. */
export const CRLS_FILE = 'crls.pem';
/**
 * These appear when a map, or the lists, have changed; who hands them to a front (deploy/systemd) takes
 * them away first. systemd's `PathExists=` looks again when its service has ended, `PathChanged=` loses
 * what happens while it runs (systemd issue 41599).
 */
export const MAPS_CHANGED = 'maps.changed';
export const CRLS_CHANGED = 'crls.changed';

/** Without this entry in revoked.map nobody is admitted: an emptied file must not open the gate. */
export const COMPLETE = { key: 'complete', value: 'yes' } as const;

/**
 * Another value in each access.map that says something else than the one before. The gate tells it at
 * GATE_ACCESS_PATH, by which the portal sees that a change has arrived. No hub can have this name.
 */
export const VERSION_KEY = '=version';
export const GATE_ACCESS_PATH = '/gate-access';
export const GATE_ACCESS_HEADER = 'x-hubgate-access';

/** Reads the text of a map. Lines without a value are no entries, as for Apache. */
export function parseGateMap(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const [key, value] = line.trim().split(/\s+/);
    if (key !== undefined && key !== '' && value !== undefined && !entries.has(key)) entries.set(key, value);
  }
  return entries;
}

/**
 * A certificate's CN as a map key: what Apache's `int:escape` makes of it. Blanks and everything
 * outside a safe set become %xx in lower case, by UTF-8 byte; account names stay as they are.
 */
export function mapKeyOfName(commonName: string): string {
  return [...Buffer.from(commonName, 'utf8')]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9$\-_.+!*'(),:@&=/~]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/**
 * The key of everybody of an organizational unit. Keys of people begin with a hub's name and a slash,
 * and a hub's name has no colon: no common name, whatever it holds, makes such a key.
 */
export function mapKeyOfUnit(route: string, unit: string): string {
  return `ou:${route}/${mapKeyOfName(unit)}`;
}

/** How many of a certificate's units count, the first ones as they stand in it: as many as deploy/apache asks for. */
export const UNITS_ASKED = 3;

/** A serial as revoked.map has it and as Apache prints it: upper-case hex of even length. */
export function mapKeyOfSerial(serialHex: string): string {
  const upper = serialHex.toUpperCase();
  return upper.length % 2 === 0 ? upper : `0${upper}`;
}

/**
 * One map on disk, looked at before each use and parsed again only when it changed (rename(2) gives
 * it another inode). A file that is missing or cannot be read gives null, which admits nobody.
 */
export class GateMapFile {
  private seen = '';
  private entries: ReadonlyMap<string, string> | null = null;

  constructor(private readonly path: string) {}

  current(): ReadonlyMap<string, string> | null {
    try {
      const { ino, size, mtimeMs } = statSync(this.path);
      const version = `${ino} ${size} ${mtimeMs}`;
      if (version !== this.seen) {
        this.entries = parseGateMap(readFileSync(this.path, 'utf8'));
        this.seen = version;
      }
    } catch {
      this.entries = null;
      this.seen = '';
    }
    return this.entries;
  }
}
