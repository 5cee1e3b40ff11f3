import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The demo's hubs: name in the address, and what their registration says. */
export const DEMO_HUBS = [
  { name: 'astro', description: 'Astronomy: Python 3.12, astropy, 16 cores' },
  { name: 'genomics', description: 'Genomics: R and Bioconductor, large memory' },
  { name: 'teaching', description: 'Introduction to Python (course MA1001)' },
] as const;

const VERSION = '5.4.0-demo';

/**
 * A small hub: answers JupyterHub's health page, and shows on every other page who the gate says
 * that the visitor is.
 *
 * @returns its address on loopback
 */
export function startDemoHub(name: string): Promise<{ upstream: string; server: Server }> {
  const server = createServer((request, response) => answer(name, request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () =>
      resolve({ upstream: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }),
    );
  });
}

function answer(name: string, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('x-jupyterhub-version', VERSION);
  if ((request.url ?? '').startsWith(`/${name}/hub/health`)) {
    response.writeHead(200).end();
    return;
  }
  const said = [
    'x-ssl-client-verify',
    'x-ssl-client-s-dn',
    'x-ssl-client-i-dn',
    'x-ssl-client-serial',
    'x-ssl-client-end',
  ];
  const rows = said.map(
    (header) =>
      `<tr><th scope="row">${header}</th><td>${escapeHtml(String(request.headers[header] ?? '–'))}</td></tr>`,
  );
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name} (demo hub)</title>` +
      '<style>body{font:16px/1.5 system-ui;margin:2rem;max-width:50rem}th{text-align:left;padding-right:1rem}td{font-family:monospace}</style>' +
      `<h1>You are in the demo hub “${name}”</h1><p>The gate let you in, and says who you are:</p>` +
      `<table>${rows.join('')}</table><p>You asked for <code>${escapeHtml(request.url ?? '')}</code>.</p></html>\n`,
  );
}

function escapeHtml(text: string): string {
  return Buffer.from(text, 'latin1')
    .toString('utf8')
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
