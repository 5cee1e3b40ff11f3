import { z } from 'zod';

import { HubgateError } from '#lib/errors';

/** Room for text around the block; the CSR itself is held to 16 KiB when it is read. */
const MAX_TEXT = 64 * 1024;

/** The fields of a form by which a CSR comes: as text, as a file, or carried along from the step before. */
export const CsrFields = {
  way: z.enum(['browser', 'paste', 'upload']).default('paste'),
  csr: z.string().max(MAX_TEXT).default(''),
  csrFile: z.instanceof(File).optional(),
  csrBase64: z.base64().max(MAX_TEXT).optional(),
};

type Fields = { csr: string; csrFile?: File | undefined; csrBase64?: string | undefined };

/** @throws {HubgateError} `csr.malformed` when there is none */
export async function csrBytes(fields: Fields): Promise<Uint8Array> {
  if (fields.csrFile) return new Uint8Array(await fields.csrFile.slice(0, MAX_TEXT).arrayBuffer());
  if (fields.csrBase64) return new Uint8Array(Buffer.from(fields.csrBase64, 'base64'));
  if (fields.csr.trim() === '') {
    throw new HubgateError('csr.malformed', 'There is no CSR yet: paste one or choose a file.', {
      field: 'csr',
    });
  }
  return new TextEncoder().encode(fields.csr);
}
