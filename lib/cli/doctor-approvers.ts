import { join } from 'node:path';

import type { Ctx } from '../ctx';
import { relyingParty } from '../identity/relying-party';
import type { ApproverList } from '../wire/approvers';
import type { Finding } from './doctor-old-ca';

const CHECK = 'approvers';

/** Do portal and signer want the same of approvals, and is there anybody who can give it? */
export async function checkApprovers(ctx: Pick<Ctx, 'config' | 'paths' | 'signer'>): Promise<Finding[]> {
  const known = await ctx.signer.approvers();
  const asked = ctx.config.approval.require;
  const policy = join(ctx.paths.signerDir, 'policy.json');
  const restart = 'and restart the signer';
  if (asked === 'session' && known.approvalMode === 'session') return [];
  if (asked === 'session') {
    return [
      bad(
        'the signer takes approvals by passkey only, and the portal asks for none: approval.require = "passkey" in hubgate.toml',
      ),
    ];
  }
  return [
    ...(known.approvalMode === 'session'
      ? [
          warn(
            `the portal asks for passkeys, but the signer still takes the portal's word: "approvalMode": "passkey" in ${policy}, ${restart}`,
          ),
        ]
      : []),
    ...party(ctx, known, `${policy}, ${restart}`),
    enough(known),
  ];
}

function party(ctx: Pick<Ctx, 'config'>, known: ApproverList, where: string): Finding[] {
  const { rpId, origins } = relyingParty(ctx.config);
  const same =
    known.passkeys?.rpId === rpId && origins.every((origin) => known.passkeys?.origins.includes(origin));
  if (same) return [];
  return [
    bad(
      `the signer would take no touch of this portal: "passkeys": ${JSON.stringify({ rpId, origins })} in ${where}`,
    ),
  ];
}

function enough({ persons, proposals, approvalCount }: ApproverList): Finding {
  const waiting = proposals.length === 0 ? '' : `; ${proposals.length} proposed (hubgate approvers list)`;
  if (persons.length < approvalCount) {
    return bad(
      `${persons.length} of ${approvalCount} people who must approve have a passkey at the signer: nothing can be ` +
        `approved. They register one on their page /account, and an operator accepts it${waiting}`,
    );
  }
  return { check: CHECK, level: 'ok', says: `${persons.map(({ name }) => name).join(', ')}${waiting}` };
}

const bad = (says: string): Finding => ({ check: CHECK, level: 'bad', says });
const warn = (says: string): Finding => ({ check: CHECK, level: 'warn', says });
