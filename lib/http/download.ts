import { createHash } from 'node:crypto';

/** A file to hand out. */
export type DownloadFile = { name: string; type: string; bytes: Uint8Array };

/**
 * Answers with a file: strong ETag (RFC 9110 section 8.8.3) from its digest, 304 for If-None-Match.
 * Browsers act on the CA's own types (they offer to install); `attachment` asks them to save.
 */
export function download(
  request: Request,
  file: DownloadFile,
  options: { cacheControl: string; attachment?: boolean },
): Response {
  const etag = `"${createHash('sha256').update(file.bytes).digest('base64url')}"`;
  const headers = new Headers({
    etag,
    'cache-control': options.cacheControl,
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
  });
  if (options.cacheControl.includes('no-store')) headers.delete('access-control-allow-origin');
  if (matches(request.headers.get('if-none-match'), etag))
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

/** RFC 9110 section 13.1.2: weak comparison, a list, or `*`. */
function matches(header: string | null, etag: string): boolean {
  if (header === null) return false;
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
