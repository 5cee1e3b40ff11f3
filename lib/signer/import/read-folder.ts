import { HubgateError } from '../../errors';
import type { CertificateInfo } from '../../x509/certificate';
import { findOldCas, type OldCaFiles } from './find-old-cas';
import { planImport, type ImportPlan } from './plan-import';
import { readCaCertificate, readOldCa, type OldCa } from './read-old-ca';

/** What an operator names, where files do not lie where most folders have them. Null: look for it. */
export type FolderWish = {
  from: string;
  /** Which CA signs people. */
  name: string | null;
  certificate: string | null;
  key: string | null;
  rootCertificate: string | null;
  rootKey: string | null;
  now: Date;
};

/**
 * Reads an old folder whole and decides what becomes of it.
 *
 * @throws {HubgateError} `ca.import`, `ca.file`
 */
export function planFromFolder(wish: FolderWish): ImportPlan {
  const { cas: found, loose } = findOldCas(wish.from);
  const files = withNamedFiles(found, wish);
  const cas: OldCa[] = [];
  const failures: { files: OldCaFiles; error: HubgateError }[] = [];
  for (const one of files) {
    try {
      cas.push(readOldCa(one));
    } catch (error) {
      if (!(error instanceof HubgateError)) throw error;
      failures.push({ files: one, error });
    }
  }
  // Which of them signs people is not known yet: one that cannot be read may be just that one. Only
  // when another one was named it may be what it is.
  const inTheWay = failures.find(({ files: one }) => wish.name === null || wish.name === one.name);
  if (inTheWay !== undefined) throw inTheWay.error;
  const plan = planImport({
    from: wish.from,
    cas,
    loose: [...rootNamed(wish), ...loose.flatMap((file) => readCaCertificate(file) ?? [])],
    name: wish.name,
    rootKeyNamed: wish.rootKey !== null,
    now: wish.now,
  });
  const others = failures.map(
    ({ files: one }) => `The CA ${one.name} (${one.index}) cannot be read and is left aside.`,
  );
  return { ...withRootKey(plan, wish), notes: [...plan.notes, ...others] };
}

function withNamedFiles(found: readonly OldCaFiles[], wish: FolderWish): readonly OldCaFiles[] {
  const { certificate, key, name } = wish;
  if (certificate === null && key === null) return found;
  const chosen = found.filter((ca) => name === null || ca.name === name);
  if (chosen.length !== 1) {
    throw new HubgateError(
      'ca.import',
      `There are ${chosen.length} CAs that --certificate and --key could be of. Say which: --ca NAME.`,
    );
  }
  return found.map((ca) =>
    ca === chosen[0] ? { ...ca, certificate: certificate ?? ca.certificate, key: key ?? ca.key } : ca,
  );
}

function rootNamed({ rootCertificate }: FolderWish): CertificateInfo[] {
  if (rootCertificate === null) return [];
  const root = readCaCertificate(rootCertificate);
  if (root !== null) return [root];
  throw new HubgateError('ca.import', `${rootCertificate} is not the certificate of a CA.`);
}

/** The root's key may lie apart from its index, or the root may have no index at all. */
function withRootKey(plan: ImportPlan, { rootKey }: FolderWish): ImportPlan {
  if (rootKey === null || plan.shape === 'single') return plan;
  const files: OldCaFiles = {
    ...(plan.rootCa?.files ?? {
      name: 'root',
      made: 'openssl',
      index: null,
      certificate: null,
      crlNumber: null,
      crls: [],
      certificates: [],
    }),
    key: rootKey,
  };
  return { ...plan, rootCa: readOldCa(files, plan.root) };
}
