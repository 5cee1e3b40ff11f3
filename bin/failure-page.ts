/** dist/failure-page.mjs: the page for 500. The preload of the web process loads it when it is first needed. */
import type { IncomingHttpHeaders } from 'node:http';

import { loadConfig } from '../lib/config/load';
import { failurePage as pageOf } from '../lib/http/failure-page';

/** @throws {HubgateError} as loadConfig does, when the configuration was broken since the start */
export function failurePage(headers: IncomingHttpHeaders, requestId: string) {
  return pageOf(headers, requestId, loadConfig({ env: process.env, cwd: process.cwd() }).config);
}
