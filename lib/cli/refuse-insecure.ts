import type { LoadedConfig } from '../config/load';
import { HubgateError } from '../errors';

/** An evaluation CA's key unlocks by itself: who can reach it can be given certificates by whoever wants. */
export function refuseNetwork({ config }: LoadedConfig): void {
  const origins = Object.entries(config.site).filter(([key]) => /url$/i.test(key)) as [string, string][];
  const foreign = origins.find(
    ([, origin]) => !/^(?:localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(new URL(origin).hostname),
  );
  const why =
    foreign !== undefined
      ? `site.${foreign[0]} is ${foreign[1]}`
      : !/^(?:127\.[\d.]+|::1|localhost)$/.test(config.front.listen)
        ? `front.listen is ${config.front.listen}`
        : null;
  if (why === null) return;
  throw new HubgateError(
    'config.insecure',
    `There is only an evaluation CA here, whose key unlocks by itself, and ${why}. For a real service run \`npx hubgate init\` ` +
      'first; to let others try the evaluation over the network, start with --evaluation-on-network.',
  );
}

/** Whoever approves opens the gate: their password alone must not be enough, once it is more than a try. */
export function requireSecondFactor({ config }: LoadedConfig): void {
  if (config.signIn.secondFactor !== 'off') return;
  throw new HubgateError(
    'config.insecure',
    'signIn.secondFactor is "off", and this is no evaluation: everybody with a role needs a second factor. ' +
      'Leave the line out, or set it to "approvers" or "everybody".',
    { field: 'signIn.secondFactor' },
  );
}
