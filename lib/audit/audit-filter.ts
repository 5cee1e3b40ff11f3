import type { Ctx } from '../ctx';
import { listApiTokens } from '../db/api-tokens';
import type { AuditWhere } from '../db/audit-events';
import { findCertificateRow, serialsOfRequests } from '../db/certificates';
import { requestsWithName } from '../db/requests';

/** What an auditor looks for. All of it must hold. */
export type AuditFilter = {
  /** As events name it (`person:paula`), or a login alone. */
  actor?: string | undefined;
  /** `request.approve`, or everything of a kind: `request`. */
  action?: string | undefined;
  /** The id of a thing; a login alone finds the person, too. */
  target?: string | undefined;
  outcome?: 'done' | 'refused' | 'failed' | undefined;
  from?: Date | undefined;
  /** Up to, and not with. */
  before?: Date | undefined;
  /** The whole story of a request, a certificate or a person: what they did, and what was done to them. */
  about?: string | undefined;
};

const ACTOR_KINDS = ['person', 'token', 'host', 'system', 'holder'] as const;
const REQUEST_ID = /^R-[0-9A-HJKMNP-TV-Z]{8}$/;
const SERIAL = /^(?:[0-9a-f]{2}){1,20}$/;

/** The filter as the database takes it; a story is looked up first. */
export async function auditWhere(db: Ctx['db'], filter: AuditFilter): Promise<AuditWhere> {
  const { actor = '', action = '', target = '', outcome, from, before, about = '' } = filter;
  return {
    ...(actor === '' ? {} : { actors: namesOf(actor, ACTOR_KINDS) }),
    ...(action === '' ? {} : action.includes('.') ? { action } : { actionKind: action }),
    ...(target === '' ? {} : { targets: namesOf(target, ['person', 'token']) }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(from === undefined ? {} : { from }),
    ...(before === undefined ? {} : { before }),
    ...(about === '' ? {} : { story: await storyOf(db, about) }),
  };
}

function namesOf(text: string, kinds: readonly string[]): string[] {
  return text.includes(':') ? [text] : [text, ...kinds.map((kind) => `${kind}:${text}`)];
}

type Story = NonNullable<AuditWhere['story']>;

async function storyOf(db: Ctx['db'], about: string): Promise<Story> {
  const id = about.toUpperCase();
  if (REQUEST_ID.test(id)) return requestStory(db, [id]);
  const certificate = SERIAL.test(about) ? await findCertificateRow(db, about) : null;
  if (certificate === null) return personStory(db, about.replace(/^person:/, ''));
  const { serial, requestId } = certificate;
  return requestId === null ? { actors: [], targets: [serial] } : requestStory(db, [requestId]);
}

async function requestStory(db: Ctx['db'], ids: readonly string[]): Promise<Story> {
  return {
    actors: ids.map((id) => `requester:${id}`),
    targets: [...ids, ...(await serialsOfRequests(db, ids))],
  };
}

/** What somebody did, also by tokens of theirs, and what became of their account and the requests for it. */
async function personStory(db: Ctx['db'], login: string): Promise<Story> {
  const [tokens, requests] = await Promise.all([listApiTokens(db), requestsWithName(db, login)]);
  const own = tokens.filter(({ createdBy }) => createdBy === `person:${login}`).map(({ name }) => name);
  const asked = await requestStory(
    db,
    requests.map(({ id }) => id),
  );
  return {
    actors: [`person:${login}`, `holder:${login}`, ...own.map((name) => `token:${name}`), ...asked.actors],
    targets: [login, `person:${login}`, ...own.map((name) => `token:${name}`), ...asked.targets],
  };
}
