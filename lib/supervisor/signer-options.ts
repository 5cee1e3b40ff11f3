/**
 * Node's options for the signer, also in deploy/systemd/hubgate-signer.service. A signer works in bursts
 * (docs/decisions/0048-the-signer-compiles-later.md): a young generation that need not grow first spares
 * a batch most of its sweeping, and code is compiled fifteen times later than by V8's own measure.
 */
export const SIGNER_OPTIONS: readonly string[] = ['--min-semi-space-size=16', '--interrupt-budget=1000000'];
