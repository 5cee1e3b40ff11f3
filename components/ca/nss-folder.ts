/**
 * Sets DB to the folder of Chromium's certificate store on Linux: the old one where there is one, or where
 * no browser ran yet; newer versions make the other one.
 */
export const NSS_FOLDER =
  'DB=$HOME/.pki/nssdb; [ -d "$DB" ] || [ ! -d ~/.local/share/pki/nssdb ] || DB=$HOME/.local/share/pki/nssdb';

/** Imports a `.p12` into that store. The name must need no quoting (components/certs/p12-name.ts). */
export function importIntoNss(file: string): string {
  return `${NSS_FOLDER}; pk12util -d sql:"$DB" -i ${file}`;
}
