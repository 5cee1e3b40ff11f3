import { isIP } from 'node:net';
import { resolve } from 'node:path';

import { Option, type Command } from 'commander';

import {
  orderServerCertificate,
  serverOrder,
  type ServerOrder,
} from '../certificates/order-server-certificate';
import { siteHosts } from '../config/server-names';
import type { Ctx } from '../ctx';
import { HubgateError } from '../errors';
import { frontCertificate, frontCertificateFolders } from '../trust/front-certificate';
import { buildCsr } from '../x509/csr-build';
import { withCtx, type Output } from './context';
import { wholeNumber } from './numbers';
import {
  finishInstall,
  forgetOrder,
  hostFiles,
  install,
  keepKey,
  keepOrder,
  pendingOrder,
  presentCertificate,
  type ServerFiles,
} from './server-files';
import { refuseUnusable } from './write-new-file';

type Options = {
  dns: string[];
  ip: string[];
  out: string;
  key: 'p-256' | 'rsa-3072';
  email?: string;
  renew?: true;
  within?: number;
};

const DAY_MS = 86_400_000;
const all = (one: string, before: string[]): string[] => [...before, one];

/** `hubgate server-cert`: key, CSR, order and files in one go; the original `make server`. */
export function register(program: Command): void {
  program
    .command('server-cert [name]')
    .description(
      'make a key for a server here, have it certified, and write key and certificate; without a name ' +
        'and with --renew: for this site itself',
    )
    .option('--dns <name>', 'a further host name; again for more', all, [])
    .option('--ip <address>', 'an IP address; again for more', all, [])
    .option('--out <dir>', 'where the files are', '.')
    .addOption(new Option('--key <kind>').choices(['p-256', 'rsa-3072']).default('p-256'))
    .option('--email <address>', 'who is written to before it ends')
    .option('--renew', 'replace the certificate that is there by one with the same names and a new key')
    .addOption(
      new Option('--within <days>', 'with --renew: only if it ends within so many days')
        .argParser(wholeNumber(1, 397))
        .implies({ renew: true }),
    )
    .action((name: string | undefined, options: Options, command: Command) =>
      withCtx(command, async (ctx, out) => {
        await (options.renew === true ? renew(ctx, out, name, options) : make(ctx, out, name, options));
        await ctx.db.close();
      }),
    );
}

async function make(ctx: Ctx, out: Output, name: string | undefined, options: Options): Promise<void> {
  if (name === undefined) {
    throw new HubgateError('config.value', 'Name the server: hubgate server-cert hub.example.org', {
      field: 'name',
    });
  }
  const files = hostFiles(resolve(options.out), name);
  finishInstall(files);
  if (pendingOrder(files) === null) refuseUnusable(files.key);
  await complete(ctx, out, files, options, namesOf([name, ...options.dns, ...options.ip]));
}

function namesOf(hosts: readonly string[]): { dnsNames: string[]; ipAddresses: string[] } {
  return {
    dnsNames: hosts.filter((host) => isIP(host) === 0),
    ipAddresses: hosts.filter((host) => isIP(host) !== 0),
  };
}

async function renew(ctx: Ctx, out: Output, name: string | undefined, options: Options): Promise<void> {
  const files = name === undefined ? frontFiles(ctx) : hostFiles(resolve(options.out), name);
  finishInstall(files);
  const { dnsNames, ipAddresses, notAfter } = presentCertificate(files);
  // The site's own follows the configuration, whatever names it had before.
  const hosts = name === undefined ? siteHosts(ctx.config) : [...dnsNames, ...ipAddresses];
  const daysLeft = Math.floor((notAfter.getTime() - ctx.now().getTime()) / DAY_MS);
  if (options.within !== undefined && daysLeft >= options.within) {
    out.result(
      { renewed: false, daysLeft, notAfter: notAfter.toISOString(), ...files },
      `${files.fullchain} holds for ${daysLeft} more days; nothing to do.`,
    );
    return;
  }
  await complete(ctx, out, files, options, namesOf(hosts));
}

/** The site's own: the embedded front's, or the one that init made for Apache. */
function frontFiles(ctx: Ctx): ServerFiles {
  const found = frontCertificate(ctx.config, ctx.paths, ctx.now());
  if (found === null) {
    throw new HubgateError(
      'config.value',
      `There is no server.pem in ${frontCertificateFolders(ctx.config, ctx.paths).join(' or ')}. If the front has ` +
        'a certificate of another CA, renew it there; else name the server.',
      { field: 'name' },
    );
  }
  return { key: found.keyFile, certificate: null, fullchain: found.certFile };
}

/** Goes on with an order that waits, or makes one; then writes the files, or says what is missing. */
async function complete(
  ctx: Ctx,
  out: Output,
  files: ServerFiles,
  options: Options,
  names: { dnsNames: readonly string[]; ipAddresses: readonly string[] },
): Promise<void> {
  const order = (await waitingOrder(ctx, files)) ?? (await placeOrder(ctx, files, options, names));
  if (order.certificate === null) return tellUnfinished(out, order, files);
  install(files, order.certificate);
  const { serial, notAfter } = order.certificate;
  out.result(
    {
      renewed: options.renew === true,
      request: order.id,
      serial,
      notAfter: notAfter.toISOString(),
      ...files,
    },
    [
      `${[...names.dnsNames, ...names.ipAddresses].join(', ')}: certificate ${serial} until ${notAfter.toISOString().slice(0, 10)}`,
      `Key:          ${files.key}`,
      ...(files.certificate === null ? [] : [`Certificate:  ${files.certificate}`]),
      `With chain:   ${files.fullchain}`,
      ctx.config.front.embedded && options.renew === true
        ? 'The embedded front takes its own up by itself; any other server needs a reload.'
        : 'The server needs a reload to take it up, such as: systemctl reload apache2',
    ].join('\n'),
  );
}

/** An order of before, if its key waits here: for an approver, or a key that was locked. */
async function waitingOrder(ctx: Ctx, files: ServerFiles): Promise<ServerOrder | null> {
  const id = pendingOrder(files);
  if (id === null) return null;
  const order = await serverOrder(ctx, { id });
  if (order.certificate !== null || ['SUBMITTED', 'APPROVED', 'SIGNING'].includes(order.state)) return order;
  forgetOrder(files);
  return null;
}

async function placeOrder(
  ctx: Ctx,
  files: ServerFiles,
  options: Options,
  names: { dnsNames: readonly string[]; ipAddresses: readonly string[] },
): Promise<ServerOrder> {
  const rsa = options.key === 'rsa-3072';
  const keyPair = await crypto.subtle.generateKey(
    rsa
      ? {
          name: 'RSASSA-PKCS1-v1_5',
          hash: 'SHA-256',
          modulusLength: 3072,
          publicExponent: Uint8Array.of(1, 0, 1),
        }
      : { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['sign', 'verify'],
  );
  const [commonName = ''] = [...names.dnsNames, ...names.ipAddresses];
  const csr = await buildCsr({ commonName, keyPair, algorithm: rsa ? 'RSA 3072' : 'P-256' });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keyPair.privateKey)).toString('base64');
  const keyPem = `-----BEGIN PRIVATE KEY-----\n${(pkcs8.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
  keepKey(files, keyPem);
  try {
    const order = await orderServerCertificate(ctx, { csr, ...names, email: options.email ?? null });
    keepOrder(files, order.id);
    return order;
  } catch (thrown) {
    forgetOrder(files);
    throw thrown;
  }
}

function tellUnfinished(out: Output, order: ServerOrder, files: ServerFiles): void {
  const what: Record<string, string> = {
    SUBMITTED: 'waits for an approver on the portal',
    APPROVED: 'is approved and waits to be signed (hubgate ca unlock)',
    SIGNING: 'is being signed',
    FAILED: `could not be signed: ${order.reason ?? 'the signer refused it'}`,
  };
  out.result(
    { renewed: false, request: order.id, state: order.state, reason: order.reason, ...files },
    `${order.id} ${what[order.state] ?? `is ${order.state}`}. The key waits in ${files.key}.next; ` +
      'run the same command again later, and it goes on from here.',
  );
  process.exitCode = 1;
}
