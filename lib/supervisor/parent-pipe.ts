/**
 * Ends this process when its parent is gone: the parent holds the other end of stdin, and the kernel
 * closes it however the parent ends, by `kill -9` too. Without this, children would stay as orphans
 * that hold the ports.
 *
 * Does nothing when stdin is not a pipe (a terminal, /dev/null under systemd).
 */
export function endWithParent(end: () => void): void {
  if (process.env['HUBGATE_SUPERVISED'] !== '1') return;
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  process.stdin.resume();
}
