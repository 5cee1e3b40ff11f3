/** Names of pictures that a hub may choose: a closed list, since pages load nothing from elsewhere. */
export const HUB_ICONS = [
  ...['atom', 'book', 'brain', 'bug', 'calculator', 'chart', 'cloud', 'code', 'cpu', 'database', 'dna'],
  ...['earth', 'flask', 'gpu', 'graph', 'heart', 'leaf', 'map', 'microscope', 'mountain', 'music', 'orbit'],
  ...['rocket', 'satellite', 'school', 'sigma', 'snow', 'star', 'sun', 'telescope', 'terminal', 'waves'],
] as const;
export type HubIcon = (typeof HUB_ICONS)[number];

/** What a registration file may say of a hub beside address and description. */
export type HubDetails = {
  /** Whom to ask: a name, an address, a room. */
  contact?: string;
  /** An http(s) address. */
  documentation?: string;
  /** Who may enter, in the hub's own words. */
  access?: string;
  /** Machines, partition, what one gets. */
  resources?: string;
  icon?: HubIcon;
  announcement?: string;
};

/** Addresses that a file claims; where they lead is decided elsewhere (known-hubs, probe-address). */
export type HubClaims = { upstream: string | null; probe: string | null };

/** Longest texts, in characters: a card has no room for more. */
const LONGEST = { contact: 200, access: 200, resources: 200, announcement: 500 } as const;

/** Keys that are accepted, with the names that stand for others. */
export const REGISTRATION_KEYS = [
  ...['contact', 'documentation', 'access', 'resources', 'partition', 'icon', 'announcement'],
  ...['probe', 'upstream'],
] as const;

/** What a `key: value` line is: what to keep, or why not. */
export type KeyLine =
  | { kind: 'detail'; details: HubDetails }
  | { kind: 'claim'; claims: Partial<HubClaims> }
  | { kind: 'problem'; code: 'unknown-key' | 'bad-value' };

/**
 * A line `key: value`, or null when it is none. `javascript:…` and the like are addresses, bad ones:
 * a word counts as a key only if it is a known one or a blank or nothing follows its colon.
 */
export function splitKeyLine(line: string): { key: string; value: string } | null {
  const [, word, rest] = /^([A-Za-z][A-Za-z0-9_-]{0,31}):(.*)$/su.exec(line) ?? [];
  if (word === undefined || rest === undefined) return null;
  const key = word.toLowerCase();
  if (key === 'http' || key === 'https') return null;
  const known = (REGISTRATION_KEYS as readonly string[]).includes(key);
  if (!known && !/^(?:\s|$)/u.test(rest)) return null;
  return { key, value: rest.trim() };
}

/**
 * Reads the value of a key.
 *
 * @param clean makes text harmless and cuts it
 * @param address an http(s) address without credentials, normalised, or null
 */
export function readKey(
  { key, value }: { key: string; value: string },
  {
    clean,
    address,
  }: { clean: (text: string, maxChars: number) => string; address: (text: string) => string | null },
): KeyLine {
  const bad = { kind: 'problem', code: 'bad-value' } as const;
  const text = (name: keyof typeof LONGEST): KeyLine => {
    const cleaned = clean(value, LONGEST[name]);
    return cleaned === '' ? bad : { kind: 'detail', details: { [name]: cleaned } };
  };
  switch (key) {
    case 'contact':
    case 'access':
    case 'resources':
    case 'announcement':
      return text(key);
    case 'partition':
      return text('resources');
    case 'documentation': {
      const documentation = address(value);
      return documentation === null ? bad : { kind: 'detail', details: { documentation } };
    }
    case 'icon': {
      const icon = HUB_ICONS.find((name) => name === value.toLowerCase());
      return icon === undefined ? bad : { kind: 'detail', details: { icon } };
    }
    case 'probe': {
      const probe = address(value);
      return probe === null ? bad : { kind: 'claim', claims: { probe } };
    }
    case 'upstream':
      return /^\S{1,300}$/u.test(value) ? { kind: 'claim', claims: { upstream: value } } : bad;
    default:
      return { kind: 'problem', code: 'unknown-key' };
  }
}
