const BROWSERS: readonly [pattern: RegExp, name: string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/(?:Chrome|Chromium|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly [pattern: RegExp, name: string][] = [
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/**
 * What a browser calls itself, in two words: enough for people to know their own sessions apart, and
 * nothing is decided by it. Empty for what is not known.
 */
export function agentName(userAgent: string): string {
  const text = userAgent.slice(0, 300);
  const of = (list: typeof BROWSERS) => list.find(([pattern]) => pattern.test(text))?.[1] ?? '';
  return [of(BROWSERS), of(SYSTEMS)].filter((word) => word !== '').join(', ');
}
