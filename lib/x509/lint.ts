import 'reflect-metadata';

import type { CertificatePlan } from './certificate-plan';
import { encodeDer, readDer, sameBytes } from './der';
import { findExtensionFaults } from './lint-extensions';
import { findFieldFaults } from './lint-fields';
import { readTbs, tbsFields } from './lint-read';
import { findTagFault } from './lint-tags';

/** A TBS that does not say what its plan, the profile and RFC 5280 say. It must not be signed. */
export class LintFailure extends RangeError {
  override readonly name = 'LintFailure';
  /** One short English sentence per fault. */
  readonly findings: readonly string[];

  constructor(findings: readonly string[]) {
    super(`The certificate would be wrong and was not signed: ${findings.join(' ')}`);
    this.findings = findings;
  }
}

/**
 * Bytes that passed lintTbs() and may be signed, once. The only way to the bytes is takeTbs(), the
 * only way to such an object is lintTbs(): what was not linted cannot reach the signing function.
 */
export class LintedTbs {
  #bytes: Uint8Array | null;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @internal Used by lint.ts and crl-lint.ts alone. */
  static seal(bytes: Uint8Array): LintedTbs {
    return new LintedTbs(new Uint8Array(bytes));
  }

  /** @internal */
  take(): Uint8Array {
    const bytes = this.#bytes;
    if (bytes === null) throw new RangeError('These bytes were taken for signing before.');
    this.#bytes = null;
    return bytes;
  }
}

/**
 * The linted bytes, for the one signature over them.
 *
 * @throws {RangeError} at the second call for the same object
 */
export function takeTbs(linted: LintedTbs): Uint8Array {
  return linted.take();
}

/**
 * Reads a TBS with the other library (@peculiar/asn1-x509; node-forge wrote it) and holds every
 * field against the plan, the profile and RFC 5280. A signature over a wrong TBS is already a
 * mis-issue, so this stands before it. A fraction of a millisecond.
 *
 * @throws {LintFailure} with everything that is wrong
 */
export function lintTbs(tbs: Uint8Array, plan: CertificatePlan): LintedTbs {
  const findings = findFaults(tbs, plan);
  if (findings.length > 0) throw new LintFailure(findings);
  return LintedTbs.seal(tbs);
}

/** All that is wrong with a TBS; empty when it may be signed. */
export function findFaults(tbs: Uint8Array, plan: CertificatePlan): string[] {
  try {
    const tree = readDer(tbs);
    if (!sameBytes(encodeDer(tree), tbs)) return ['Encoding it again gives other bytes: it is not DER.'];
    const fields = tbsFields(tree);
    if (fields === null) return ['It does not have exactly eight fields.'];
    const read = readTbs(fields);
    return [
      ...findTagFault(tree),
      ...findFieldFaults(fields, read, plan),
      ...findExtensionFaults(fields, read, plan),
    ];
  } catch (thrown) {
    return [`It cannot be read: ${thrown instanceof Error ? thrown.message : 'unknown reason'}`];
  }
}
