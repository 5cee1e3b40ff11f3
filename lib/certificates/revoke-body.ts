import { z } from 'zod';

import { RevocationReason } from '../wire/messages';

/** What revoking takes from a caller: a reason by the names of RFC 5280 section 5.3.1, in camelCase. */
export const RevokeBody = z.strictObject({ reason: RevocationReason });
