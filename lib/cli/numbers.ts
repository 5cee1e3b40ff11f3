import { InvalidArgumentError } from 'commander';

/**
 * Reads an option's whole number.
 *
 * @throws {InvalidArgumentError} for anything else, and outside of the limits; commander tells it
 */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Allowed: a whole number from ${least} to ${most}.`);
  };
}
