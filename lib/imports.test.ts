import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Folders of lib that are not domains: transport, storage, cryptography, processes. */
const DOMAIN =
  '(?:accounts|events|requests|certificates|trust|client-cert|hubs|identity|audit|mail|jobs|i18n|onboarding)';

/**
 * Who may import whom inside the project. The first matching row wins. `values` are imports that
 * survive compilation; `types` may be named in `import type` only.
 */
const MAY_IMPORT: { files: RegExp; values: RegExp; types?: RegExp }[] = [
  { files: /\.test\.tsx?$/, values: /./ },
  { files: /^lib\/testing\//, values: /^lib\/|^prisma\// },
  { files: /^lib\/errors\.ts$/, values: /^$/ },
  // ctx.ts only says what a rule is given.
  { files: /^lib\/ctx\.ts$/, values: /^$/, types: /^lib\/(config|db|signer-client)\/|^lib\/errors/ },
  { files: /^lib\/instance\.ts$/, values: /^lib\/(config|db|signer-client)\// },
  { files: /^lib\/wire\//, values: /^lib\/wire\// },
  { files: /^lib\/x509\//, values: /^lib\/(x509\/|errors)/ },
  { files: /^lib\/webauthn\//, values: /^lib\/webauthn\// },
  {
    files: /^lib\/signer\//,
    values: /^lib\/(signer|x509|wire|webauthn)\/|^lib\/errors/,
    types: /^lib\/config\//,
  },
  { files: /^lib\/signer-client\//, values: /^lib\/(signer-client|wire|config)\/|^lib\/errors/ },
  { files: /^lib\/config\//, values: /^lib\/config\/|^lib\/i18n\/locales$|^lib\/errors/ },
  {
    files: /^lib\/db\//,
    values: /^lib\/(db|config)\/|^lib\/errors/,
    types: new RegExp(`^lib/(?:${DOMAIN}|wire|x509)/|^lib/ctx`),
  },
  {
    files: /^lib\/http\//,
    values: new RegExp(`^lib/(?:http|config|responder|${DOMAIN})/|^lib/(?:errors|ctx|instance)`),
    types: /^lib\/(signer-client|wire|db|x509)\//,
  },
  { files: /^lib\/responder\//, values: /^lib\/(responder|signer-client|wire|x509)\/|^lib\/errors/ },
  {
    files: /^lib\/front\//,
    values: new RegExp(`^lib/(?:front|config|hubs|client-cert|responder|i18n)/|^lib/errors`),
  },
  { files: /^lib\/supervisor\//, values: /^lib\/(supervisor|config|cli)\/|^lib\/errors/ },
  {
    files: /^lib\/cli\//,
    values: new RegExp(
      `^lib/(?:cli|config|supervisor|signer|signer-client|wire|x509|db|front|${DOMAIN})/|^lib/(?:errors|ctx|instance)`,
    ),
  },
  {
    files: new RegExp(`^lib/${DOMAIN}/`),
    values: new RegExp(`^lib/(?:${DOMAIN}|db|x509|webauthn|signer-client|wire|config)/|^lib/(?:errors|ctx)`),
    types: /^lib\/instance/,
  },
  {
    files: /^components\//,
    // Values only from what runs in a browser as well.
    values: new RegExp('^components/|^lib/x509/(?:pkcs12|csr-build|pem|mobileconfig)$|^lib/i18n/'),
    types: new RegExp(`^lib/(?:${DOMAIN}|x509|config|http)/|^lib/(?:ctx|errors)`),
  },
  {
    files: /^app\//,
    values: new RegExp(`^(?:app|components)/|^lib/(?:http|${DOMAIN}|config)/|^lib/(?:errors|ctx)`),
    types: /^lib\/(x509|wire)\//,
  },
  {
    files: /^(proxy|instrumentation)\.ts$/,
    values: new RegExp(`^lib/(?:http|config|${DOMAIN})/|^lib/(?:errors|instance)`),
  },
  { files: /^bin\/failure-page\.ts$/, values: /^lib\/(http\/failure-page|config\/load)$/ },
  { files: /^bin\/signer\.ts$/, values: /^lib\/(signer|config|wire|x509)\/|^lib\/errors/ },
  {
    files: /^bin\//,
    values: /^lib\/(cli|supervisor|front|responder|signer|signer-client|config)\/|^lib\/errors/,
  },
  { files: /^(e2e|bench|drill)\//, values: /^(e2e|bench|drill|lib)\// },
];

/** Packages that belong to one place. */
const PACKAGE_HOMES: { packages: RegExp; homes: RegExp }[] = [
  { packages: /^(@prisma\/|pg$)/, homes: /^lib\/(db|testing)\// },
  { packages: /^better-sqlite3$/, homes: /^lib\/(db|signer|testing|cli)\// },
  {
    packages: /^next(\/|$)/,
    homes: /^(app|components|lib\/http)\/|^(proxy|instrumentation|next\.config)\.[jt]s$/,
  },
  { packages: /^next-auth/, homes: /^(app|lib\/http|lib\/identity)\// },
  {
    packages: /^(react|react-dom|use-intl)(\/|$)/,
    homes: /^(app|components|lib\/http|lib\/i18n|lib\/mail)\//,
  },
  { packages: /^(@peculiar\/|asn1js$|pkijs$|node-forge$)/, homes: /^lib\/(x509|testing)\/|^e2e\// },
  { packages: /^@node-rs\/argon2$/, homes: /^lib\/identity\// },
  { packages: /^nodemailer/, homes: /^lib\/mail\// },
  { packages: /^(commander)$/, homes: /^lib\/cli\// },
  { packages: /^chokidar$/, homes: /^lib\/hubs\// },
  { packages: /^ldapts$/, homes: /^lib\/accounts\// },
];

/** lib/x509 is bytes in, bytes out: no clock, environment, files or network. */
const X509_BUILTINS = new Set(['node:crypto', 'node:buffer', 'node:net', 'node:util']);
/** Runs in browsers too, so not even node:crypto. */
const BROWSER_SAFE = /^lib\/x509\/(pkcs12|csr-build|pem)\.ts$/;

type Import = { target: string; typeOnly: boolean };

/** Every import of a file: static, side-effect, re-export, dynamic, require; computed ones are an error. */
function importsOf(name: string, text: string): Import[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ target: node.moduleSpecifier.text, typeOnly: isTypeOnly(node.importClause) });
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      found.push({ target: node.moduleSpecifier.text, typeOnly: node.isTypeOnly });
    } else if (ts.isImportTypeNode(node)) {
      const argument = node.argument;
      if (ts.isLiteralTypeNode(argument) && ts.isStringLiteral(argument.literal)) {
        found.push({ target: argument.literal.text, typeOnly: true });
      }
    } else if (
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(node.expression) && node.expression.text === 'require'))
    ) {
      const [argument] = node.arguments;
      found.push({
        target: argument && ts.isStringLiteralLike(argument) ? argument.text : '(computed)',
        typeOnly: false,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false; // a side-effect import runs the module
  if (clause.isTypeOnly) return true;
  if (clause.name || !clause.namedBindings || ts.isNamespaceImport(clause.namedBindings)) return false;
  return (
    clause.namedBindings.elements.length > 0 &&
    clause.namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

/** The project path that an import names, without extension; null for packages and builtins. */
function projectPath(file: string, target: string): string | null {
  const path = target.startsWith('#')
    ? target.slice(1)
    : target.startsWith('.')
      ? relative(ROOT, join(ROOT, dirname(file), target))
      : null;
  return path === null ? null : path.replace(/\.(ts|tsx|js|mjs)$/, '');
}

/** Everything wrong with the imports of one file, as sentences; empty when all is well. */
function violations(file: string, text: string): string[] {
  const row = MAY_IMPORT.find(({ files }) => files.test(file));
  if (!row) return [`no import rule covers ${file}`];
  const wrong: string[] = [];
  const test = /\.test\.tsx?$/.test(file);
  for (const { target, typeOnly } of importsOf(file, text)) {
    if (target === '(computed)') {
      // The entry points load one another from dist/ by a path that only the start knows.
      if (!file.startsWith('bin/') && !test) wrong.push(`${file} imports a computed path`);
      continue;
    }
    const own = projectPath(file, target);
    if (own !== null) {
      if (own.endsWith('.css') || own === 'package.json') continue;
      const allowed = row.values.test(own) || (typeOnly && row.types?.test(own) === true);
      if (!allowed) wrong.push(`${file} imports ${target}`);
      continue;
    }
    if (test || /^(e2e|bench|drill)\//.test(file)) continue;
    const builtin = target.startsWith('node:') || builtinModules.includes(target);
    if (builtin) {
      if (!target.startsWith('node:')) wrong.push(`${file} imports ${target} without node:`);
      if (file.startsWith('components/')) wrong.push(`${file} imports ${target}, which browsers lack`);
      if (file.startsWith('lib/webauthn/') && target !== 'node:crypto')
        wrong.push(`${file} imports ${target}`);
      if (file.startsWith('lib/x509/') && (BROWSER_SAFE.test(file) || !X509_BUILTINS.has(target))) {
        wrong.push(`${file} imports ${target}`);
      }
    } else if (!typeOnly) {
      const home = PACKAGE_HOMES.find(({ packages }) => packages.test(target));
      if (home && !home.homes.test(file)) wrong.push(`${file} imports the package ${target}`);
      if (file.startsWith('lib/wire/') && target !== 'zod')
        wrong.push(`${file} imports the package ${target}`);
    }
  }
  return wrong;
}

const sources = ['app', 'components', 'lib', 'bin', 'e2e', 'bench', 'drill']
  .flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((name) => `${top}/${name}`),
  )
  .concat(readdirSync(ROOT).filter((name) => /^(proxy|instrumentation)\.ts$/.test(name)))
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('lib/db/generated/'));

describe('imports', () => {
  it('go only where each layer may look', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap((file) => violations(file, readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  });

  it.each([
    ['app/page.tsx', `import { openDatabase } from '#lib/db/client';`],
    ['app/page.tsx', `import '../lib/signer/main';`],
    ['app/page.tsx', `const m = await import('#lib/signer-client/client');`],
    ['components/ui/button.tsx', `import { instance } from '#lib/instance';`],
    ['components/ui/button.tsx', `import { readFile } from 'node:fs/promises';`],
    ['components/ui/button.tsx', `import { submitRequest } from '#lib/requests/submit-request';`],
    ['lib/requests/submit-request.ts', `import { redirect } from 'next/navigation';`],
    ['lib/requests/submit-request.ts', `import { PrismaClient } from '@prisma/client';`],
    ['lib/requests/submit-request.ts', `import { sign } from '../signer/sign';`],
    ['lib/requests/submit-request.ts', `import { instance } from '../instance';`],
    ['lib/signer/sign.ts', `import { openDatabase } from '../db/client';`],
    ['lib/signer/sign.ts', `export { x } from '../requests/states';`],
    ['lib/x509/csr.ts', `import { readFileSync } from 'node:fs';`],
    ['lib/x509/pem.ts', `import { createHash } from 'node:crypto';`],
    ['lib/webauthn/cose-key.ts', `import { readFileSync } from 'node:fs';`],
    ['lib/wire/order.ts', `import { HubgateError } from '../errors';`],
    ['lib/db/requests.ts', `import { transition } from '../requests/transition';`],
    ['lib/http/route.ts', `import { openDatabase } from '../db/client';`],
    ['lib/mail/render.ts', `const name = 'x'; await import(name);`],
    ['lib/nowhere/x.ts', ``],
  ])('refuses in %s: %s', (file, text) => {
    expect(violations(file, text)).not.toEqual([]);
  });

  it.each([
    ['components/admin/row.tsx', `import type { RequestItem } from '#lib/requests/views';`],
    ['lib/db/requests.ts', `import { type RequestState } from '../requests/states';`],
    ['lib/signer/sign.ts', `import { lintTbs } from '../x509/lint'; import Database from 'better-sqlite3';`],
    ['app/page.tsx', `import { openPage } from '#lib/http/page'; import './globals.css';`],
  ])('allows in %s: %s', (file, text) => {
    expect(violations(file, text)).toEqual([]);
  });
});
