import { hash } from 'node:crypto';

import type { EventContent } from './event';
import type { ApprovedContent } from './order';

/**
 * The digest of exactly what was approved: SHA-256 over canonical JSON (keys sorted, no white
 * space: RFC 8785 for the strings, integers and arrays that occur here), with a domain prefix so
 * that the hash cannot be mistaken for one of anything else. Lower-case hex.
 */
export function approvalDigest(content: ApprovedContent | EventContent): string {
  return hash('sha256', `hubgate-approval-v1\n${canonicalJson(content)}`, 'hex');
}

type Json = string | number | readonly Json[] | { readonly [key: string]: Json | undefined };

function canonicalJson(value: Json): string {
  if (typeof value === 'string' || typeof value === 'number') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const object = value as { readonly [key: string]: Json | undefined };
  const members: string[] = [];
  for (const key of Object.keys(object).sort()) {
    const item = object[key];
    // Undefined is absent, as in JSON.
    if (item !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(item)}`);
  }
  return `{${members.join(',')}}`;
}
