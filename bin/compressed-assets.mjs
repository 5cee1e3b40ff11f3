/**
 * Scripts and styles as they were compressed at build time. Next compresses with gzip at each
 * request; Brotli at its best level is a seventh smaller and costs nothing here, behind any front.
 */
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const PREFIX = '/_next/static/';
const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

/**
 * @param {string} folder the build's static folder
 * @returns {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => boolean}
 *   answers a request for a compressed file, or returns false and leaves it to Next. What is asked
 *   for is looked up among the names found at start, never joined into a path.
 */
export function compressedAssets(folder) {
  const files = new Map();
  if (existsSync(folder)) {
    for (const name of readdirSync(folder, { recursive: true })) {
      const [, type] = /\.(js|css)\.br$/.exec(name) ?? [];
      if (type === undefined) continue;
      const file = join(folder, name);
      files.set(`${PREFIX}${name.slice(0, -'.br'.length)}`, { file, type, size: statSync(file).size });
    }
  }
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const found = files.get((request.url ?? '').split('?', 1)[0]);
    if (found === undefined || !/(?:^|,)\s*br\s*(?:,|$)/.test(request.headers['accept-encoding'] ?? '')) {
      return false;
    }
    response.writeHead(200, {
      'content-type': TYPES[found.type],
      'content-encoding': 'br',
      'content-length': found.size,
      'cache-control': 'public, max-age=31536000, immutable', // names carry a digest of what they hold
      'x-content-type-options': 'nosniff',
      vary: 'Accept-Encoding',
    });
    if (request.method === 'HEAD') response.end();
    else
      createReadStream(found.file)
        .on('error', () => response.destroy())
        .pipe(response);
    return true;
  };
}
