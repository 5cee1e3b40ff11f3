import { run } from './run';

/** What a shell did: its answer as people see it. */
export type Shell = { code: number; output: string };

/**
 * The commands that a page prints, in their order, as text to be pasted. Nothing is added or put right.
 *
 * @param html a page, or the part of it that is looked at
 */
export function printedCommands(html: string): string[] {
  return [...html.matchAll(/<pre[^>]*><code[^>]*>([\s\S]*?)<\/code><\/pre>/g)].map(([, text = '']) =>
    text.replace(/&(lt|gt|quot|amp|#x27|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole),
  );
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&', '#x27': "'", '#39': "'" };

/**
 * Runs text in a shell of a fresh account: its own HOME and folder, nothing of this process's
 * environment, no terminal. A failing line ends it.
 *
 * @param options.input what is typed when a program asks
 * @param options.root  in a mount namespace of its own, for PRIVATE_STORE
 */
export async function paste(
  script: string,
  options: { home: string; input?: string; root?: boolean },
): Promise<Shell> {
  const { home, input = '', root = false } = options;
  // setsid: programs that would ask at the terminal read what is typed here.
  const inside = root
    ? ['unshare', '--mount', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])]
    : ['setsid', '--wait'];
  const clean = ['-i', `HOME=${home}`, 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8'];
  const shell = ['sh', '-ec', `exec 2>&1\n${script}`];
  const { code, stdout } = await run('env', [...clean, ...inside, ...shell], { cwd: home, input });
  return { code, output: stdout };
}

/**
 * Lines that give the shell a copy of the machine's trust store in the store's own place, and a sudo
 * that is none: in a mount namespace (`root`), nobody else sees it and nothing is left of it.
 */
export const PRIVATE_STORE = `
copy=$(mktemp -d); trap 'rm -rf "$copy"' EXIT
for folder in /etc/ssl /usr/local/share/ca-certificates; do
  mkdir -p "$copy$folder"
  cp -a "$folder/." "$copy$folder/"
  mount --bind "$copy$folder" "$folder"
done
sudo() { "$@"; }
`;
