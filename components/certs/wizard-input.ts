import { passphraseProblem } from './passphrase';
import type { useBrowserKey } from './use-browser-key';
import type { WizardWords } from './wizard-words';

/** What is wrong with a form before it is sent: the field, and a sentence. */
export type Local = { field: string; message: string } | null;

const FILE_LIMIT = 16 * 1024;

/** A private key, and a file that is none of ours, are refused here, before anything is sent. */
export async function wrongCsr(
  form: FormData,
  words: Pick<WizardWords, 'tooLarge' | 'privateKey'>,
): Promise<Local> {
  const file = form.get('csrFile');
  const content = file instanceof File && file.size > 0 ? file : null;
  if (content && content.size > FILE_LIMIT) return { field: 'csr', message: words.tooLarge };
  const pasted = content ? await content.text() : text(form, 'csr');
  return /PRIVATE KEY/u.test(pasted) ? { field: 'csr', message: words.privateKey } : null;
}

/** Makes the key and puts its CSR into the form. */
export async function csrOf(
  form: FormData,
  name: string,
  key: ReturnType<typeof useBrowserKey>,
  words: Pick<WizardWords, 'short' | 'ascii' | 'keyFailed'>,
): Promise<Local> {
  // The field has no name, so that no form can ever carry it away.
  const passphrase = valueOf('passphrase');
  const problem = passphraseProblem(passphrase);
  if (problem) {
    const message = words[problem].replace('{length}', String(passphrase.length));
    return { field: 'passphrase', message };
  }
  try {
    const choice = text(form, 'keyChoice') === 'rsa-3072' ? 'rsa-3072' : 'p-256';
    form.set('csr', await key.csrFor(name, choice, passphrase));
    return null;
  } catch {
    return { field: 'key', message: words.keyFailed };
  }
}

/** What stands in the field with this id now. */
export function valueOf(id: string): string {
  const element = document.getElementById(id);
  return element instanceof HTMLInputElement ? element.value : '';
}

export function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
