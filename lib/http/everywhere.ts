import type { SiteRole } from './site';

/** Monitoring asks on whatever name it knows. */
export const EVERYWHERE: readonly SiteRole[] = ['portal', 'gate', 'canary', 'http', 'unknown'];
