import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';

import { revokeCertificate } from '../certificates/revoke-certificate';
import { portOf } from '../config/combinations';
import type { Ctx } from '../ctx';
import { approveRequest } from '../requests/approve-request';
import { signRequests } from '../requests/sign-requests';
import { BROWSER_KEYS, buildCsr, type BrowserKeyAlgorithm } from '../x509/csr-build';
import { toPem } from '../x509/pem';

type Wish = {
  commonName: string;
  email: string;
  name: string;
  note?: string;
  key?: BrowserKeyAlgorithm;
  /** Uses the key of this earlier wish. */
  keyOf?: string;
  /** Who decides in advance, so that every state is there to look at. */
  fate?: 'issue' | 'issue-briefly' | 'issue-and-revoke' | 'approve';
};

/** Twelve requests as a centre sees them: plain ones, odd ones, and two that are refused at once. */
const WISHES: readonly Wish[] = [
  {
    commonName: 'mrojas',
    email: 'm.rojas@dim.example.cl',
    name: 'Marcela Rojas',
    note: 'For the astro hub',
    fate: 'issue',
  },
  { commonName: 'jsoto', email: 'jsoto@dim.example.cl', name: 'Javier Soto', fate: 'issue-briefly' },
  {
    commonName: 'former.student',
    email: 'former@alumni.example.cl',
    name: 'A former student',
    fate: 'issue-and-revoke',
  },
  { commonName: 'pperez', email: 'p.perez@dim.example.cl', name: 'Paula Pérez', fate: 'approve' },
  { commonName: 'cmunoz', email: 'cmunoz@dim.example.cl', name: 'Carolina Muñoz', key: 'P-384' },
  { commonName: 'a.-_.x9', email: 'who@freemail.example', name: 'Somebody', note: 'An odd account name' },
  {
    commonName: 'mrojas',
    email: 'marcela@freemail.example',
    name: 'M. Rojas',
    note: 'The name of somebody else',
  },
  { commonName: 'dvega', email: 'dvega@dim.example.cl', name: 'Daniel Vega', key: 'RSA 2048' },
  {
    commonName: 'lfuentes',
    email: 'l.fuentes@unproven.example',
    name: 'Laura Fuentes',
    note: 'The mailbox is not proven',
  },
  { commonName: 'course-ma1001', email: 'ma1001@dim.example.cl', name: 'Course MA1001' },
  {
    commonName: 'thief',
    email: 'thief@example.org',
    name: 'Somebody else',
    note: 'A key that is used already',
    keyOf: 'dvega',
  },
  { commonName: 'root', email: 'root@example.org', name: 'Root', note: 'A system account' },
];

const SOON_DAYS = 5;

/** Sends the demo's requests through the API, decides some of them, and says what became of each. */
export async function seedDemo(ctx: Ctx): Promise<string[]> {
  const said: string[] = [];
  const keys = new Map<string, CryptoKeyPair>();
  const ids = new Map<Wish, string>();
  for (const wish of WISHES) {
    const algorithm = wish.key ?? 'P-256';
    const used = wish.keyOf === undefined ? undefined : keys.get(wish.keyOf);
    const keyPair = used ?? (await makeKey(algorithm));
    if (!keys.has(wish.commonName)) keys.set(wish.commonName, keyPair);
    const kind =
      wish.keyOf === undefined
        ? algorithm
        : (WISHES.find(({ commonName }) => commonName === wish.keyOf)?.key ?? 'P-256');
    const csr = toPem(
      'CERTIFICATE REQUEST',
      await buildCsr({ commonName: wish.commonName, keyPair, algorithm: kind }),
    );
    const answer = await post(ctx, {
      csr,
      email: wish.email,
      name: wish.name,
      ...(wish.note === undefined ? {} : { note: wish.note }),
    });
    if (typeof answer['id'] === 'string') ids.set(wish, answer['id']);
    else said.push(`${wish.commonName}: refused (${String(answer['code'])})`);
  }
  said.unshift(`${ids.size} requests wait or were decided:`);
  for (const [wish, id] of ids) if (wish.fate !== undefined) said.push(await decide(ctx, wish, id));
  return said;
}

async function decide(ctx: Ctx, { commonName, fate }: Wish, id: string): Promise<string> {
  // The life is part of what is approved: this one approval is for a few days.
  const briefly = { ...ctx, config: { ...ctx.config, pki: { ...ctx.config.pki, userDays: SOON_DAYS } } };
  await approveRequest(fate === 'issue-briefly' ? briefly : ctx, { id, vouchEmail: true });
  if (fate === 'approve') return `${commonName}: approved, waits for its signature`;
  let serial: string | undefined;
  for await (const event of signRequests(ctx, { ids: [id] })) {
    if (event.event === 'item') ({ serial } = event);
  }
  if (serial === undefined) return `${commonName}: could not be signed`;
  if (fate !== 'issue-and-revoke')
    return `${commonName}: issued${fate === 'issue-briefly' ? `, for ${SOON_DAYS} days` : ''}`;
  await revokeCertificate(ctx, { serial, reason: 'affiliationChanged' });
  return `${commonName}: issued and revoked`;
}

async function makeKey(algorithm: BrowserKeyAlgorithm): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(BROWSER_KEYS[algorithm], true, ['sign', 'verify']);
}

/** Through the front, as anybody would: TLS, the portal's name, the public API. */
function post(ctx: Ctx, body: object): Promise<Record<string, unknown>> {
  const { hostname, host } = new URL(ctx.config.site.url);
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: ctx.config.front.listen,
        servername: hostname,
        port: portOf(ctx.config.site.url),
        method: 'POST',
        path: '/api/v1/requests',
        headers: { host, 'content-type': 'application/json' },
        ca: readFileSync(join(ctx.paths.caDir, 'root-ca.pem')),
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          try {
            resolve(JSON.parse(text) as Record<string, unknown>);
          } catch {
            reject(new Error(`the API answered ${response.statusCode}: ${text.slice(0, 200)}`));
          }
        });
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}
