import { createHash } from 'node:crypto';

/** A file to hand out. */
export type DownloadFile = { name: string; type: string; bytes: Uint8Array };

// A list that strangers fetch again and again is hashed once as long as it is the same bytes object.
const digests = new WeakMap<Uint8Array, string>();

function etagOf(bytes: Uint8Array): string {
  let etag = digests.get(bytes);
  if (etag === undefined) {
    etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
    digests.set(bytes, etag);
  }
  return etag;
}

/**
 * Answers with a file: strong ETag (RFC 9110 section 8.8.3) from its digest, 304 for If-None-Match
 * and, with a `lastModified`, for If-Modified-Since. Browsers act on the CA's own types (they offer to install); `attachment` asks them to save.
 */
export function download(
  request: Request,
  file: DownloadFile,
  options: { cacheControl: string; attachment?: boolean; lastModified?: Date },
): Response {
  const etag = etagOf(file.bytes);
  const headers = new Headers({
    etag,
    'cache-control': options.cacheControl,
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
  });
  if (options.cacheControl.includes('no-store')) headers.delete('access-control-allow-origin');
  if (options.lastModified) headers.set('last-modified', options.lastModified.toUTCString());
  if (isKnown(request.headers, etag, options.lastModified))
    return new Response(null, { status: 304, headers });
  headers.set('content-type', file.type);
  headers.set('content-length', String(file.bytes.byteLength));
  headers.set(
    'content-disposition',
    `${options.attachment === false ? 'inline' : 'attachment'}; filename="${file.name}"`,
  );
  const body = request.method === 'HEAD' ? null : new Uint8Array(file.bytes);
  return new Response(body, { status: 200, headers });
}

/** RFC 9110 section 13.2.2: If-Modified-Since counts only without If-None-Match. */
function isKnown(headers: Headers, etag: string, lastModified: Date | undefined): boolean {
  const tags = headers.get('if-none-match');
  if (tags !== null) return matches(tags, etag);
  const since = Date.parse(headers.get('if-modified-since') ?? '');
  // Header dates have whole seconds.
  return lastModified !== undefined && Math.floor(lastModified.getTime() / 1000) * 1000 <= since;
}

/** RFC 9110 section 13.1.2: weak comparison, a list, or `*`. */
function matches(header: string, etag: string): boolean {
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
