import * as z from 'zod';

/** Values that several messages carry. */

/** Lower-case hex, one to twenty octets: imported CAs have short serials. Zero is nobody's serial. */
export const SerialHex = z.string().regex(/^(?!00)(?:[0-9a-f]{2}){1,20}$/);
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
export const keyIdHex = z.string().regex(/^[0-9a-f]{40}$/);
export const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
export const instant = z.iso.datetime();
/** Who asked, as the portal or the command line names them: `person:olga`, `host:root`. */
export const by = z.string().min(1).max(128);
