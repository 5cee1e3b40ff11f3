/** JavaScript that a visitor's browser loads on the public pages, compressed as it is sent. */
import { gzipSync } from 'node:zlib';

import { startPortal } from '../e2e/support/portal';
import { figure, heading } from './report';

/** What every browser of the last years accepts over TLS. */
const BROWSER = { 'accept-encoding': 'gzip, deflate, br' };

heading('JavaScript sent to a visitor');
const portal = await startPortal({ front: 'embedded' });
try {
  for (const page of ['/', '/ca', '/hubs', '/certs/new']) {
    const html = (await portal.call(page)).text;
    const sources = new Set(
      [...html.matchAll(/(?:src|href)="([^"]+\.js(?:\?[^"]*)?)"/g)].map(([, source = '']) => source),
    );
    let bytes = 0;
    for (const source of sources) {
      if (isForOldBrowsers(html, source)) continue;
      bytes += (await portal.call(source, { headers: BROWSER })).bytes.length;
    }
    // What stands in the page itself counts too.
    const inline = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
      ([, code]) => code,
    );
    bytes += gzipSync(inline.join('\n')).length;
    figure({
      what: `${page}, ${sources.size} files`,
      value: bytes / 1000,
      unit: ' KB',
      bound: 130,
      better: 'lower',
    });
  }
} finally {
  await portal.stop();
}

/** Scripts marked `nomodule` are loaded by no browser of the last eight years. */
function isForOldBrowsers(html: string, source: string): boolean {
  return [...html.matchAll(/<script[^>]*>/g)].some(
    ([tag]) => tag.includes(source) && /\bnoModule\b/i.test(tag),
  );
}
