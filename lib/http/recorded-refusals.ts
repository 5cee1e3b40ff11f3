import type { ErrorCode } from '../errors';

/**
 * Refusals that leave no row in the audit log: anybody can cause them by the thousand, and they say
 * nothing of anybody. Metrics count them.
 */
const UNRECORDED: ReadonlySet<ErrorCode | 'unexpected'> = new Set(['http.too-many', 'invitation.unknown']);

export const isRecorded = (code: ErrorCode | 'unexpected'): boolean => !UNRECORDED.has(code);
