/**
 * True when Fermat's method factors n within so many rounds: n = a² - b² with a just above √n, that
 * is when the two primes are close together (CVE-2022-26320; Böck, "Fermat Factorization in the Wild",
 * IACR ePrint 2023/026, where 100 rounds found every such key of real devices). A square, whose
 * primes are equal, counts too.
 *
 * Each round costs an addition: (a + 1)² - n = (a² - n) + 2a + 1.
 *
 * @param n at least 1
 */
export function factorsByFermat(n: bigint, rounds: number): boolean {
  const root = squareRoot(n);
  if (root * root === n) return true;
  let a = root + 1n;
  let rest = a * a - n;
  for (let round = 0; round < rounds; round++) {
    if (isSquare(rest)) return true;
    rest += 2n * a + 1n;
    a += 1n;
  }
  return false;
}

/** Which remainders squares leave; 0 marks those that show that a number is none. */
const squaresModulo = (modulus: number): Uint8Array => {
  const residues = new Uint8Array(modulus);
  for (let root = 0; root < modulus; root++) residues[(root * root) % modulus] = 1;
  return residues;
};
const MODULO_64 = squaresModulo(64);
// Coprime, and their product is below 2^53: one division serves all.
const SIEVES = [63, 65, 11, 17, 19, 23, 31].map((modulus) => ({ modulus, squares: squaresModulo(modulus) }));
const ALL_MODULI = BigInt(SIEVES.reduce((product, { modulus }) => product * modulus, 1));

/** Of a thousand numbers that are no squares, the remainders leave one to be looked at closely. */
function isSquare(value: bigint): boolean {
  if (MODULO_64[Number(BigInt.asUintN(6, value))] === 0) return false;
  const rest = Number(value % ALL_MODULI);
  if (SIEVES.some(({ modulus, squares }) => squares[rest % modulus] === 0)) return false;
  const root = squareRoot(value);
  return root * root === value;
}

/**
 * The whole part of the square root, by Newton's method with as many bits in each step as it can make
 * exact (CPython's math.isqrt, proven there): hardly dearer than its last division.
 *
 * @param value at least 0
 */
export function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  const half = (bitLength(value) - 1) >> 1;
  let root = 1n;
  let known = 0;
  for (let shift = 31 - Math.clz32(half); shift >= 0; shift--) {
    const before = known;
    known = half >> shift;
    root = (root << BigInt(known - before - 1)) + (value >> BigInt(2 * half - before - known + 1)) / root;
  }
  return root * root > value ? root - 1n : root;
}

function bitLength(value: bigint): number {
  const digits = value.toString(16);
  return 4 * digits.length - (Math.clz32(parseInt(digits.charAt(0), 16)) - 28);
}
