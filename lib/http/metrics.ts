import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';

import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

import { watchJournal } from '../certificates/watch-journal';
import { caExpiries } from '../certificates/ca-expiries';
import type { Ctx } from '../ctx';
import { HubgateError, isHubgateError } from '../errors';
import { requestCounts } from '../requests/request-counts';
import { REQUEST_STATES } from '../requests/states';
import type { Caller } from './caller';
import { makeHubGauges, setHubs, type HubGauges } from './metrics-hubs';

type Gauges = {
  registry: Registry;
  requests: Gauge<'state'>;
  signer: Gauge<'state'>;
  crlNextUpdate: Gauge;
  expires: Gauge<'what' | 'ca'>;
  crlEnd: Gauge<'list' | 'ca'>;
  ocspEnd: Gauge<'ca'>;
  journalCurrent: Gauge;
  relintFindings: Gauge;
  relintTime: Gauge;
  issued: Gauge;
  revoked: Gauge;
  hubs: HubGauges;
};

const holder = globalThis as typeof globalThis & { __hubgateMetrics?: Gauges };

/**
 * Prometheus' text format. Behind a proxy everybody comes from loopback, so the address says
 * nothing: the token decides.
 *
 * @param baseDir what a relative metrics.tokenFile is relative to
 * @throws {HubgateError} `http.not-found` where metrics are not configured, `auth.token`
 */
export async function metricsAnswer(ctx: Ctx, caller: Caller, baseDir: string): Promise<Response> {
  const { tokenFile } = ctx.config.metrics;
  if (tokenFile === '')
    throw new HubgateError('http.not-found', 'Metrics are off: metrics.tokenFile is not set.');
  const file = isAbsolute(tokenFile) ? tokenFile : resolve(baseDir, tokenFile);
  const token = (await readFile(file, 'utf8')).trim();
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (token === '' || caller.bearer === null || !timingSafeEqual(digest(caller.bearer), digest(token))) {
    throw new HubgateError('auth.token', 'Send the token of metrics.tokenFile as a bearer token.');
  }
  const gauges = (holder.__hubgateMetrics ??= makeGauges());
  const counts = await requestCounts({ ...ctx, actor: { kind: 'system', name: 'metrics' } });
  for (const state of REQUEST_STATES) gauges.requests.set({ state: state.toLowerCase() }, counts[state]);
  await setSigner(ctx, gauges);
  await setHubs(ctx, gauges.hubs);
  return new Response(await gauges.registry.metrics(), {
    headers: { 'content-type': gauges.registry.contentType, 'cache-control': 'no-store' },
  });
}

async function setSigner(ctx: Ctx, gauges: Gauges): Promise<void> {
  let state: 'unlocked' | 'locked' | 'down' = 'down';
  try {
    const { status, problem } = await watchJournal(ctx);
    state = status.state;
    gauges.issued.set(status.issued);
    gauges.revoked.set(status.revoked);
    if (status.crlNextUpdate !== undefined) {
      gauges.crlNextUpdate.set(Math.floor(Date.parse(status.crlNextUpdate) / 1000));
    }
    gauges.expires.reset();
    for (const { what, keyId, end } of caExpiries(status, ctx.now())) {
      gauges.expires.set({ what, ca: keyId }, Math.floor((Date.parse(end) - ctx.now().getTime()) / 1000));
    }
    gauges.crlEnd.reset(); // a former CA that is gone leaves no line behind
    for (const { list, keyId, nextUpdate } of status.crlEnds) {
      gauges.crlEnd.set({ list, ca: keyId }, Math.floor(Date.parse(nextUpdate) / 1000));
    }
    gauges.ocspEnd.reset();
    for (const { caKeyId, notAfter } of status.responders) {
      gauges.ocspEnd.set({ ca: caKeyId }, Math.floor(Date.parse(notAfter) / 1000));
    }
    gauges.journalCurrent.set(problem === null ? 1 : 0);
    if (status.relint !== undefined) {
      gauges.relintFindings.set(status.relint.findings);
      gauges.relintTime.set(Math.floor(Date.parse(status.relint.at) / 1000));
    }
  } catch (error) {
    if (!isHubgateError(error)) throw error;
  }
  for (const one of ['unlocked', 'locked', 'down']) gauges.signer.set({ state: one }, one === state ? 1 : 0);
}

function makeGauges(): Gauges {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requests: new Gauge({
      name: 'hubgate_requests',
      help: 'Requests by state',
      labelNames: ['state'],
      registers,
    }),
    signer: new Gauge({
      name: 'hubgate_signer',
      help: '1 for the state of the signer',
      labelNames: ['state'],
      registers,
    }),
    crlNextUpdate: new Gauge({
      name: 'hubgate_crl_next_update_seconds',
      help: 'When the signing CRL ends, Unix time',
      registers,
    }),
    crlEnd: new Gauge({
      name: 'hubgate_crl_end_seconds',
      help: 'When each CRL ends (signing, root, former), Unix time',
      labelNames: ['list', 'ca'],
      registers,
    }),
    expires: new Gauge({
      name: 'hubgate_ca_expires_seconds',
      help: 'Seconds until a CA, the last certificate of a former one, a revocation list or an OCSP certificate ends',
      labelNames: ['what', 'ca'],
      registers,
    }),
    ocspEnd: new Gauge({
      name: 'hubgate_ocsp_end_seconds',
      help: "When each OCSP responder's certificate ends, Unix time",
      labelNames: ['ca'],
      registers,
    }),
    journalCurrent: new Gauge({
      name: 'hubgate_journal_current',
      help: "0 when the signer has an old or another journal than the portal's record",
      registers,
    }),
    relintFindings: new Gauge({
      name: 'hubgate_relint_findings',
      help: 'Faults that the last second look at all certificates found',
      registers,
    }),
    relintTime: new Gauge({
      name: 'hubgate_relint_time_seconds',
      help: 'When the last second look ended, Unix time',
      registers,
    }),
    issued: new Gauge({
      name: 'hubgate_certificates_issued',
      help: 'Certificates in the journal',
      registers,
    }),
    revoked: new Gauge({
      name: 'hubgate_certificates_revoked',
      help: 'Revocations in the journal',
      registers,
    }),
    hubs: makeHubGauges(registers),
  };
}
