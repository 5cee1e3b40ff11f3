import { download } from './download';

/**
 * A small text file that changes at any time: asked for again each time, answered 304 while it is the
 * same. An SVG that is opened as a page of its own gets no rights at all.
 */
export function textFile(request: Request, file: { text: string; type: string; name: string }): Response {
  const bytes = new TextEncoder().encode(file.text);
  const answer = download(
    request,
    { name: file.name, type: file.type, bytes },
    { cacheControl: 'no-cache', attachment: false },
  );
  answer.headers.set('content-security-policy', "default-src 'none'; sandbox");
  answer.headers.set('cross-origin-resource-policy', 'cross-origin');
  return answer;
}
