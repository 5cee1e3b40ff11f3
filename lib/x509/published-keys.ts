/**
 * Keys whose private half is printed in a standard, by SHA-256 of their SubjectPublicKeyInfo. People
 * copy them out of examples; RFC 9500 asks that they be recognised.
 */
const PUBLISHED: ReadonlyMap<string, string> = new Map([
  ['5a7a78cca4a0f420d9bc62bb669c3c2759e39f723d3ae10dcbe0f0815a07ecd4', 'RFC 6979 section A.2.5'],
  ['2f95601fa82060b909bfc6b979dbd303d34d34e0afb27ea496beac362f242a4b', 'RFC 6979 section A.2.6'],
  ['6fd13c2435a361e7c588cd17f55f5ad3df0177a66c1727a6a200845f4d7ab88c', 'RFC 7515 section A.2'],
  ['2bd1bb0c44a897c30a7aa0991cde38d8062fe441de50da0f46825344f602e827', 'RFC 7515 section A.3'],
  ['51b944cdfa544d4c3273aa6bf350625a7dd53bbb6a71723274f538b19a207760', 'RFC 7517 section A.2'],
  ['ad32320cf6c596d884b05381ba573aba8ddd5749b4de8f4a23a79f9a89ddaeb2', 'RFC 7517 section A.2'],
  ['627771f25da426d1f9ae315e42106d700b1529850eee1592acf39603959d795d', 'RFC 7520 section 3.4'],
  ['06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9', 'RFC 8032 section 7.1'],
  ['deb2ded39dc26fce0e6085b6fc34bf6b5941913bbfe2ea614113cff9e004c170', 'RFC 8032 section 7.1'],
  ['8d39ba50abe50f77b6bb8ae7b6927aff7ffbeba35ad2837c0e51e82bcbcc60d5', 'RFC 8032 section 7.1'],
  ['e4f982b51ad0bdd87be820b259fe80337ef636e72b9fa7a8867a6949eb610fd6', 'RFC 8032 section 7.1'],
  ['e77db4a9572e9f6552c22bc751d5499ad218a73bdf7e15dc6ea0fc69246a44de', 'RFC 8032 section 7.1'],
  ['a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f', 'RFC 8410 section 10.3'],
  ['c73eecd318bd3813f2402a660d8a90010ca35d609d19377d5ee7af200713229f', 'RFC 9421 section B.1.1'],
  ['72859cbaf21a0b398b1f25712bbed148b1d85a0c6b824176eb306405caa6f0b2', 'RFC 9421 section B.1.2'],
  ['55f96361b78cbb84f1fc604b0718e82bd91abb46d8fc25ae871b35fbbf8b7974', 'RFC 9421 section B.1.3'],
  ['34571606cb7a0d71be377e671ddcccae2a169ed7733598214129231cd30c4a3c', 'RFC 9421 section B.1.4'],
  ['8fb6bad671cfe698393c453357da61b56d757ab8c0f3fb9c87f2849e63131878', 'RFC 9500 section 2.1'],
  ['96465ea5dc9bb2da7b351d808a7196e5761f2412a5040131c68d719aaba28fb9', 'RFC 9500 section 2.1'],
  ['b2b04340cfaee616ec9c2c62d261b208e54bb197498df52e8cadede23ac0ba5e', 'RFC 9500 section 2.3'],
  ['c4c10105a0be0ed4dd3354428dc38a9bfee64da141ce16e75c94eda272f9dd3a', 'RFC 9500 section 2.3'],
]);

/** The document that prints the private key, or null. */
export function publishedIn(spkiSha256: string): string | null {
  return PUBLISHED.get(spkiSha256) ?? null;
}
