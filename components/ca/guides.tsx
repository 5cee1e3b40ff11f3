/**
 * How to make each system, browser and program believe the root CA. The words stand in the
 * catalogue under `ca.guides.<id>`; here are the order, the files and the commands.
 */
import { NSS_FOLDER } from './nss-folder';

export type GuideBlock =
  | { kind: 'text'; key: string }
  | { kind: 'download'; file: string; note: string }
  | { kind: 'code'; code: string }
  | { kind: 'drawing'; name: 'windows-store' }
  | { kind: 'fold'; title: string; blocks: GuideBlock[] };

export type Guide = {
  id: GuideId;
  group: 'systems' | 'browsers' | 'programs';
  steps: { title: string; blocks: GuideBlock[] }[];
};

export const GUIDE_IDS = [
  'windows',
  'macos',
  'ios',
  'android',
  'debian',
  'fedora',
  'firefox',
  'chromium',
  'java',
  'python',
  'curl',
  'git',
] as const;
export type GuideId = (typeof GUIDE_IDS)[number];

const text = (key: string): GuideBlock => ({ kind: 'text', key });
const code = (line: string): GuideBlock => ({ kind: 'code', code: line });
const download = (file: string, note = 'downloadNote'): GuideBlock => ({ kind: 'download', file, note });
const fold = (title: string, ...blocks: GuideBlock[]): GuideBlock => ({ kind: 'fold', title, blocks });
const step = (title: string, ...blocks: GuideBlock[]) => ({ title, blocks });

/** What commands of the guides need to know. */
export type GuideFacts = { httpUrl: string; url: string; rootCn: string };

/** Single quotes for a POSIX shell: a name from the configuration is text, never a command. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

const fetched = ({ httpUrl }: GuideFacts, file = 'root-ca.pem') => code(`curl -fO ${httpUrl}/ca/${file}`);
const compared = code('sha256sum root-ca.crt');

const BUILDERS: Record<GuideId, (facts: GuideFacts) => Omit<Guide, 'id'>> = {
  windows: ({ rootCn }) => ({
    group: 'systems',
    steps: [
      step('download', download('root-ca.crt')),
      step('compare', text('compareText'), code('certutil -hashfile Downloads\\root-ca.crt SHA256')),
      step(
        'install',
        text('installText'),
        { kind: 'drawing', name: 'windows-store' },
        fold('byCommand', code('certutil -user -addstore Root Downloads\\root-ca.crt')),
      ),
      step(
        'back',
        text('backText'),
        fold(
          'remove',
          text('removeText'),
          code(`certutil -user -delstore Root "${rootCn.replaceAll('"', '')}"`),
        ),
      ),
    ],
  }),
  macos: ({ rootCn }) => ({
    group: 'systems',
    steps: [
      step('download', download('root-ca.crt')),
      step('compare', text('compareText'), code('shasum -a 256 ~/Downloads/root-ca.crt')),
      step(
        'install',
        text('installText'),
        text('trustText'),
        fold(
          'byCommand',
          code(
            'security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ~/Downloads/root-ca.crt',
          ),
        ),
      ),
      step(
        'back',
        text('backText'),
        fold('remove', text('removeText'), code(`security delete-certificate -c ${quoted(rootCn)}`)),
      ),
    ],
  }),
  ios: () => ({
    group: 'systems',
    steps: [
      step('download', text('downloadText'), download('hubgate.mobileconfig', 'profileNote')),
      step('install', text('installText'), text('compareText')),
      step('trust', text('trustText')),
      step('back', text('backText'), fold('remove', text('removeText'))),
    ],
  }),
  android: () => ({
    group: 'systems',
    steps: [
      step('download', download('root-ca.crt')),
      step('install', text('installText')),
      step('compare', text('compareText')),
      step('back', text('backText'), fold('remove', text('removeText'))),
    ],
  }),
  debian: (facts) => ({
    group: 'systems',
    steps: [
      step('download', fetched(facts), fetched(facts, 'root-ca.crt')),
      step('compare', text('compareText'), compared),
      step(
        'install',
        text('installText'),
        code(
          'sudo install -m 0644 root-ca.pem /usr/local/share/ca-certificates/hubgate-root.crt\nsudo update-ca-certificates',
        ),
      ),
      step(
        'back',
        text('backText'),
        fold(
          'remove',
          code(
            'sudo rm /usr/local/share/ca-certificates/hubgate-root.crt\nsudo update-ca-certificates --fresh',
          ),
        ),
      ),
    ],
  }),
  fedora: (facts) => ({
    group: 'systems',
    steps: [
      step('download', fetched(facts), fetched(facts, 'root-ca.crt')),
      step('compare', text('compareText'), compared),
      step(
        'install',
        text('installText'),
        code(
          'sudo install -m 0644 root-ca.pem /etc/pki/ca-trust/source/anchors/hubgate-root.pem\nsudo update-ca-trust',
        ),
      ),
      step(
        'back',
        text('backText'),
        fold(
          'remove',
          code('sudo rm /etc/pki/ca-trust/source/anchors/hubgate-root.pem\nsudo update-ca-trust'),
        ),
      ),
    ],
  }),
  firefox: () => ({
    group: 'browsers',
    steps: [
      step('download', download('root-ca.crt')),
      step('install', text('installText')),
      step('compare', text('compareText')),
      step('back', text('backText'), fold('remove', text('removeText'))),
    ],
  }),
  chromium: (facts) => ({
    group: 'browsers',
    steps: [
      step('download', fetched(facts), fetched(facts, 'root-ca.crt')),
      step('compare', text('compareText'), compared),
      step(
        'install',
        text('installText'),
        code(
          [
            NSS_FOLDER,
            `[ -f "$DB/cert9.db" ] || { mkdir -p "$DB"; certutil -d sql:"$DB" -N --empty-password; }`,
            `certutil -d sql:"$DB" -A -t 'C,,' -n ${quoted(facts.rootCn)} -i root-ca.pem`,
          ].join('\n'),
        ),
        fold('byHand', text('byHandText')),
      ),
      step(
        'back',
        text('backText'),
        fold('remove', code([NSS_FOLDER, `certutil -d sql:"$DB" -D -n ${quoted(facts.rootCn)}`].join('\n'))),
      ),
    ],
  }),
  java: (facts) => ({
    group: 'programs',
    steps: [
      step('download', fetched(facts, 'root-ca.crt')),
      step('compare', text('compareText'), code('keytool -printcert -file root-ca.crt')),
      step(
        'install',
        text('installText'),
        code('keytool -importcert -cacerts -alias hubgate-root -file root-ca.crt'),
        fold('remove', code('keytool -delete -cacerts -alias hubgate-root')),
      ),
    ],
  }),
  python: (facts) => ({
    group: 'programs',
    steps: [
      step('download', fetched(facts)),
      step(
        'install',
        text('installText'),
        code(
          'cat "$(python3 -m certifi)" root-ca.pem > ~/ca-with-hubgate.pem\nexport SSL_CERT_FILE=~/ca-with-hubgate.pem REQUESTS_CA_BUNDLE=~/ca-with-hubgate.pem',
        ),
        fold('conda', code('conda config --set ssl_verify ~/ca-with-hubgate.pem')),
        fold('remove', code('unset SSL_CERT_FILE REQUESTS_CA_BUNDLE\nrm ~/ca-with-hubgate.pem')),
      ),
    ],
  }),
  curl: (facts) => ({
    group: 'programs',
    steps: [
      step('download', fetched(facts, 'bundle.pem'), fetched(facts, 'SHA256SUMS')),
      step(
        'compare',
        text('compareText'),
        code(
          'openssl x509 -in bundle.pem -noout -fingerprint -sha256\nsha256sum --check --ignore-missing SHA256SUMS',
        ),
      ),
      step('install', text('installText'), code(`curl --cacert bundle.pem ${facts.url}/api/v1/hubs`)),
    ],
  }),
  git: (facts) => ({
    group: 'programs',
    steps: [
      step('download', fetched(facts)),
      step(
        'install',
        text('installText'),
        code(`git config --global http.${facts.url}/.sslCAInfo "$PWD/root-ca.pem"`),
        fold('remove', code(`git config --global --unset http.${facts.url}/.sslCAInfo`)),
      ),
    ],
  }),
};

/** The steps of one guide, with this site's addresses and names in its commands. */
export function guide(id: GuideId, facts: GuideFacts): Guide {
  return { id, ...BUILDERS[id](facts) };
}

/** The guide that fits a browser, by its User-Agent; the visitor can choose another. */
export function guideFor(userAgent: string): GuideId {
  if (/iPhone|iPad|iPod/u.test(userAgent)) return 'ios';
  if (/Android/u.test(userAgent)) return 'android';
  if (/^curl\//u.test(userAgent)) return 'curl';
  if (/Windows/u.test(userAgent)) return 'windows';
  if (/Macintosh|Mac OS X/u.test(userAgent)) return 'macos';
  if (/Firefox\//u.test(userAgent)) return 'firefox';
  if (/Linux|CrOS|X11/u.test(userAgent)) return 'chromium';
  return 'windows';
}

/** "Firefox 153 on Linux", for people; null when the header tells nothing. */
export function browserName(userAgent: string): { browser: string; system: string } | null {
  const browser = /(Firefox|Edg|OPR|Chrome|Version)\/(\d+)/u.exec(
    userAgent.replace(/Chrome\/\S+ (?=.*(?:Edg|OPR)\/)/u, ''),
  );
  if (!browser) return null;
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', Version: 'Safari' };
  const system = /iPhone|iPad/u.test(userAgent)
    ? 'iOS'
    : /Android/u.test(userAgent)
      ? 'Android'
      : /Windows/u.test(userAgent)
        ? 'Windows'
        : /Mac OS X/u.test(userAgent)
          ? 'macOS'
          : 'Linux';
  return { browser: `${names[browser[1] ?? ''] ?? browser[1]} ${browser[2]}`, system };
}
