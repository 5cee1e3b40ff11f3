import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';

import { readAnswerHead, type AnswerHead } from './answer-head';
import type { ProbeEndpoint } from './probe-address';

/** What one look at a hub found; the outcomes are those of the table in hub-state. */
export type Probe =
  | { outcome: 'answers'; version: string; latencyMs: number }
  | {
      outcome:
        | 'not-yet'
        | 'refused'
        | 'no-answer'
        | 'gone'
        | 'status'
        | 'redirect'
        | 'not-a-hub'
        | 'tls'
        | 'too-much'
        | 'not-probed';
    };

/** For the whole look: connection, TLS, answer, and a second question if there is one. */
const TIMEOUT_MS = 2000;
const HEAD_MAX_BYTES = 16 * 1024;
const BODY_MAX_BYTES = 4 * 1024;

type Answer = { head: AnswerHead; body: Buffer };
type Failure = 'refused' | 'no-answer' | 'tls' | 'too-much' | 'not-a-hub';

/**
 * Asks JupyterHub's own health page: unauthenticated and cheap. A hub is 200 **with** the header
 * X-JupyterHub-Version, which every answer of the hub process has and no proxy's answer; where
 * something between takes headers out, `/hub/api` tells the version too. Redirects are not followed,
 * no cookie is sent, and what exceeds 16 KiB of head or 4 KiB of body is hung up on.
 *
 * @param secureContext the certification authorities that https addresses are checked against;
 *   Node's own without it
 */
export async function probeHub(endpoint: ProbeEndpoint, secureContext?: SecureContext): Promise<Probe> {
  const began = performance.now();
  const deadline = began + TIMEOUT_MS;
  const health = await ask(endpoint, '/hub/health', { deadline, wantBody: false, secureContext });
  if (typeof health === 'string') return { outcome: health };
  const latencyMs = Math.round(performance.now() - began);
  const { status } = health.head;
  const version = cleanVersion(health.head.headers.get('x-jupyterhub-version') ?? '');
  if (status === 200 && version !== '') return { outcome: 'answers', version, latencyMs };
  if (status === 200) return askForVersion(endpoint, { deadline, latencyMs, secureContext });
  if (status >= 300 && status < 400) return { outcome: 'redirect' };
  if (status === 404 && version === '') return { outcome: 'not-yet' };
  if (status >= 502 && status <= 504 && version === '') return { outcome: 'gone' };
  return { outcome: status >= 500 ? 'status' : 'not-a-hub' };
}

async function askForVersion(
  endpoint: ProbeEndpoint,
  {
    deadline,
    latencyMs,
    secureContext,
  }: { deadline: number; latencyMs: number; secureContext: SecureContext | undefined },
): Promise<Probe> {
  const answer = await ask(endpoint, '/hub/api', { deadline, wantBody: true, secureContext });
  if (answer === 'too-much') return { outcome: 'too-much' };
  if (typeof answer === 'string' || answer.head.status !== 200) return { outcome: 'not-a-hub' };
  const version = cleanVersion(versionOf(answer.body));
  return version === '' ? { outcome: 'not-a-hub' } : { outcome: 'answers', version, latencyMs };
}

function versionOf(body: Buffer): string {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('version' in parsed)) return '';
    return typeof parsed.version === 'string' ? parsed.version : '';
  } catch {
    return '';
  }
}

function cleanVersion(text: string): string {
  return text.slice(0, 32).replace(/[^\w.+-]/g, '');
}

function ask(
  endpoint: ProbeEndpoint,
  path: string,
  options: { deadline: number; wantBody: boolean; secureContext: SecureContext | undefined },
): Promise<Answer | Failure> {
  return new Promise((resolve) => {
    const socket = open(endpoint, options.secureContext);
    let received = Buffer.alloc(0);
    let settled = false;
    const settle = (answer: Answer | Failure) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const look = (ended: boolean) => {
      const head = readAnswerHead(received);
      if (head === 'not-http') return settle('not-a-hub');
      if (head === null) {
        if (received.length > HEAD_MAX_BYTES) settle('too-much');
        else if (ended) settle('refused');
        return;
      }
      const body = received.subarray(head.length);
      const whole = ended || body.length >= Number(head.headers.get('content-length') ?? Infinity);
      if (!options.wantBody || whole) settle({ head, body });
      else if (body.length > BODY_MAX_BYTES) settle('too-much');
    };
    const timer = setTimeout(() => settle('no-answer'), Math.max(1, options.deadline - performance.now()));
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      look(false);
    });
    socket.on('end', () => look(true));
    socket.on('close', () => look(true));
    socket.on('error', (error: NodeJS.ErrnoException) => settle(failureOf(error, endpoint)));
    // HTTP/1.0: the body comes in one piece, and the other end hangs up behind it.
    socket.write(
      `GET ${endpoint.path}${path} HTTP/1.0\r\nHost: ${endpoint.host}\r\nUser-Agent: hubgate-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
    );
  });
}

function open(endpoint: ProbeEndpoint, secureContext: SecureContext | undefined): Socket {
  const { address, port, tlsName } = endpoint;
  if (tlsName === null) return connectTcp({ host: address, port });
  const name = /^[\d.]+$|:/.test(tlsName) ? {} : { servername: tlsName };
  return connectTls({
    host: address,
    port,
    ...name,
    ...(secureContext === undefined ? {} : { secureContext }),
  });
}

/** Codes of a certificate that is not trusted come from OpenSSL and from Node's check of the name. */
const CERTIFICATE = /CERT|ISSUER|ALTNAME|SELF_SIGNED|ERR_SSL|ERR_TLS|EPROTO/;

function failureOf(error: NodeJS.ErrnoException, { tlsName }: ProbeEndpoint): Failure {
  const code = error.code ?? '';
  if (tlsName !== null && CERTIFICATE.test(code)) return 'tls';
  return code === 'ETIMEDOUT' ? 'no-answer' : 'refused';
}
