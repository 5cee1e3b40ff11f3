/**
 * The primes below 167 modulo which the powers of 65537 are few, so that a hit says something; the
 * others' powers are all remainders but 0.
 */
const PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

let fingerprint: { product: bigint; powers: readonly (readonly [number, ReadonlySet<number>])[] } | null =
  null;

/**
 * True for an RSA modulus of Infineon's RSALib (ROCA, CVE-2017-15361; Nemec, Sys, Svenda, Klinec,
 * Matyas, "The Return of Coppersmith's Attack", CCS 2017, section 2.3). Its primes are
 * k·M + (65537^a mod M) with M a product of small primes, so the modulus is a power of 65537 modulo
 * each of them. Of good moduli, 1 in 240 million is so by chance.
 */
export function bearsMarkOfRoca(modulus: bigint): boolean {
  fingerprint ??= {
    product: PRIMES.reduce((product, prime) => product * BigInt(prime), 1n),
    powers: PRIMES.map((prime) => [prime, powersOf65537(prime)] as const),
  };
  const rest = modulus % fingerprint.product;
  return fingerprint.powers.every(([prime, powers]) => powers.has(Number(rest % BigInt(prime))));
}

function powersOf65537(prime: number): Set<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * 65537) % prime) powers.add(power);
  return powers;
}
