import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;

/** A provider of identities whose answers a test decides, also wrong ones. */
export type TestProvider = {
  issuer: string;
  /** Claims over the right ones of the next ID token. */
  claims: Json;
  userinfo: Json;
  /** Signs with a key that the provider has not published. */
  foreignKey: boolean;
  /** Answers the token endpoint with 503. */
  broken: boolean;
  /** A code as the authorization endpoint would give it for this address. */
  codeFor: (authorizationUrl: URL) => string;
  stop: () => Promise<void>;
};

/** A small OpenID provider over HTTP: discovery, keys, token endpoint with PKCE and codes that count once. */
export async function startTestProvider(clientId: string): Promise<TestProvider> {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const codes = new Map<string, { challenge: string; nonce: string }>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: TestProvider = {
    issuer,
    claims: {},
    userinfo: {},
    foreignKey: false,
    broken: false,
    codeFor: (url) => {
      const code = randomBytes(12).toString('hex');
      const { searchParams } = url;
      codes.set(code, {
        challenge: searchParams.get('code_challenge') ?? '',
        nonce: searchParams.get('nonce') ?? '',
      });
      return code;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: Json) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    switch (request.url) {
      case '/.well-known/openid-configuration':
        return send(200, {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/userinfo`,
          jwks_uri: `${issuer}/keys`,
          id_token_signing_alg_values_supported: ['RS256'],
        });
      case '/keys':
        return send(200, { keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] });
      case '/userinfo':
        return send(200, { sub: provider.claims['sub'] ?? 'subject-1', ...provider.userinfo });
      case '/token':
        break;
      default:
        return send(404, {});
    }
    if (provider.broken) return send(503, { error: 'temporarily_unavailable' });
    const form = new URLSearchParams(await bodyOf(request));
    const code = form.get('code') ?? '';
    const known = codes.get(code);
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    codes.delete(code); // RFC 6749 section 4.1.2: once
    if (known === undefined || known.challenge !== verifier) return send(400, { error: 'invalid_grant' });
    const now = Math.floor(Date.now() / 1000);
    const right = {
      iss: issuer,
      sub: 'subject-1',
      aud: clientId,
      iat: now,
      exp: now + 300,
      nonce: known.nonce,
    };
    const claims = Object.fromEntries(
      Object.entries({ ...right, ...provider.claims }).filter(([, value]) => value !== undefined),
    );
    send(200, {
      access_token: randomBytes(12).toString('hex'),
      token_type: 'Bearer',
      id_token: jwt(claims, (provider.foreignKey ? foreign : key).privateKey),
    });
  }
  return provider;
}

function jwt(claims: Json, key: Parameters<typeof sign>[2]): string {
  const part = (value: Json) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'RS256', kid: 'one' })}.${part(claims)}`;
  return `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
