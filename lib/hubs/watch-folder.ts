import { watch, type FSWatcher } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';

/**
 * File systems whose every change this kernel makes itself, so that inotify sees all of them (statfs(2)):
 * ext, XFS, Btrfs, tmpfs, overlayfs, ZFS, F2FS, bcachefs. On NFS, Lustre, GPFS, CephFS, FUSE and the
 * like it hears only of what this host does; those, and whatever is not known here, are polled.
 */
const HEARD: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010, 0xca451a4e,
]);

/** The folder itself is looked at so often, however it is watched: it may go, return, or be replaced. */
const LOOK_MS = 1000;
/** A burst of writes (a unit that appends two lines) is one change. */
const SETTLE_MS = 100;
/** Even where every change is heard, all files are looked at so often. */
const DOUBT_MS = 60_000;

export type FolderWatch = { stop: () => void; mode: () => 'events' | 'polling' };

/** Whether inotify hears of every change on a file system of this type (`f_type` of statfs(2)). */
export function hearsAll(type: number): boolean {
  return HEARD.has(type);
}

/**
 * Calls `onChange` soon after something in the folder may have changed: at once where inotify hears
 * everything, otherwise at every turn of polling. A folder that is not there yet, disappears, returns
 * or is replaced by another is noticed within two seconds.
 *
 * @param options.pollMs milliseconds from one turn to the next where it is polled
 * @param options.hears  whether all changes are heard on a file system of this type
 */
export function watchFolder(
  folder: string,
  onChange: () => void,
  options: { pollMs?: () => number; hears?: (type: number) => boolean } = {},
): FolderWatch {
  const { pollMs = () => LOOK_MS, hears = hearsAll } = options;
  let watcher: FSWatcher | null = null;
  let identity = '';
  let told = performance.now();
  let settling: NodeJS.Timeout | null = null;
  let stopped = false;

  const tell = () => {
    settling ??= setTimeout(() => {
      settling = null;
      told = performance.now();
      onChange();
    }, SETTLE_MS);
  };
  const unwatch = () => {
    watcher?.close();
    watcher = null;
  };
  const listen = async () => {
    unwatch();
    const { type } = await statfs(folder);
    if (stopped || !hears(type)) return;
    watcher = watch(folder, tell);
    watcher.unref();
    // Too many watches on this host, or the folder went: polling until it can be heard again.
    watcher.on('error', unwatch);
  };
  const look = async () => {
    const now = await identityOf(folder);
    if (stopped) return;
    if (now !== identity) {
      identity = now;
      await listen().catch(unwatch);
      tell();
    } else if (performance.now() - told >= (watcher === null ? pollMs() : DOUBT_MS) - LOOK_MS / 2) {
      tell();
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  timer.unref();
  void look();
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
      if (settling !== null) clearTimeout(settling);
      unwatch();
    },
    mode: () => (watcher === null ? 'polling' : 'events'),
  };
}

async function identityOf(folder: string): Promise<string> {
  try {
    // Numbers of inodes are used again at once: the time of birth tells a new folder from the one before.
    const { dev, ino, birthtimeMs } = await stat(folder);
    return `${dev} ${ino} ${birthtimeMs}`;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
