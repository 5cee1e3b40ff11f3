/** What the `.p12` of this certificate is called when it is saved, and in the commands that import it. */
export function p12Name(commonName: string): string {
  return `${commonName.replace(/[^\w.-]/gu, '_')}.p12`;
}
