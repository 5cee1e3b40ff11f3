import { type z } from 'zod';

import { type Actor, type Ctx } from '../ctx';
import { HubgateError, isHubgateError } from '../errors';
import { auditRefusal } from '../identity/audit-refusal';
import { requirePermission } from '../identity/authorise';
import type { Permission } from '../identity/role-table';
import { instance, type Instance } from '../instance';
import { isOwnRequest } from '../requests/list-own-requests';
import { openRequest } from '../requests/open-request';
import { parseJson, readBody } from './body';
import { callerPerson, callerRequests, callerToken, makeCtx, readCaller, type Caller } from './caller';
import { cookieTag, tagCookies } from './cookies';
import { log } from './log';
import { checkOrigin } from './origin';
import { problemOf, unexpectedProblem } from './problem';
import { takeToken, type Limit } from './rate-limit';
import { isRecorded } from './recorded-refusals';
import type { SiteRole } from './site';

/** Who may call: everybody, who holds the pick-up secret of `{id}`, or people and tokens with the permission. */
export type Access = 'public' | 'requester' | Permission;

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** A body that is not JSON: accepted media types, and how it becomes what the JSON body would be. */
export type RawBody<B, Q> = {
  types: readonly string[];
  read: (bytes: Uint8Array, query: Q) => B;
};

export type RouteSpec<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
> = {
  access: Access;
  params?: P;
  query?: Q;
  body?: B;
  raw?: RawBody<Parsed<B>, Parsed<Q>>;
  /** Largest body; JSON escapes a 16 KiB CSR to some more. */
  maxBytes?: number;
  /** The action's name in the audit log, for calls that are refused; what succeeds is recorded by its verb. */
  audit?: string;
  /** Names that it answers on; elsewhere 404. Default: portal, gate and unknown names. */
  sites?: readonly SiteRole[];
  /** Calls per network address, for strangers. Signed-in people, tokens and requesters bypass it. */
  limit?: Limit;
  /** Another limit for strangers that the body proves a right to; asked once it is read. Null: the usual one. */
  limitOf?: (ctx: Ctx, body: Parsed<B>) => Promise<Limit | null>;
  /** Of a plain answer. */
  status?: number;
  /** For the API's description: one sentence, the answer's schema. */
  summary?: string;
  response?: z.ZodType;
  run: (
    ctx: Ctx,
    input: {
      params: Parsed<P>;
      query: Parsed<Q>;
      body: Parsed<B>;
      request: Request;
      site: SiteRole;
      instance: Instance;
      caller: Caller;
    },
  ) => unknown;
};

export type AnyRouteSpec = Omit<RouteSpec<z.ZodType, z.ZodType, z.ZodType>, 'run' | 'raw' | 'limitOf'> & {
  raw?: { types: readonly string[] };
};

export type RouteHandler = ((
  request: Request,
  context: { params: Promise<Record<string, string | string[] | undefined>> },
) => Promise<Response>) & { readonly spec: AnyRouteSpec };

const BODY_SECONDS = 15;
const BODY_MAX_BYTES = 64 * 1024;
const READ_LIMIT: Limit = { name: 'read', burst: 600, perMinute: 600 };
const WRITE_LIMIT: Limit = { name: 'write', burst: 240, perMinute: 120 };
const DEFAULT_SITES: readonly SiteRole[] = ['portal', 'gate', 'unknown'];

/**
 * Wraps what a route has in common: sign-in, strict parsing, limits, ctx, the audit row of refused
 * calls, the request id, RFC 9457 answers. `run` returns data (sent as JSON), a Response, or
 * nothing (204).
 */
export function route<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(spec: RouteSpec<P, Q, B>): RouteHandler {
  const handler = async (
    request: Request,
    context: { params: Promise<Record<string, string | string[] | undefined>> },
  ): Promise<Response> => {
    const house = await instance();
    const caller = readCaller(request.headers, house);
    let ctx = makeCtx(house, caller, { kind: 'visitor', addressKey: caller.addressKey });
    const rawParams = (await context?.params) ?? {};
    try {
      if (!(spec.sites ?? DEFAULT_SITES).includes(caller.site)) {
        throw new HubgateError('http.not-found', 'There is nothing at this address.');
      }
      ctx = makeCtx(house, caller, await identify(spec, house, caller, ctx, rawParams, request));
      const usual = spec.limit ?? (isRead(request.method) ? READ_LIMIT : WRITE_LIMIT);
      const limited = (limit: Limit): void => {
        if (ctx.actor.kind === 'visitor') takeToken(limit, caller.addressKey, ctx.now().getTime());
      };
      if (spec.limitOf === undefined) limited(usual);
      const params = parse(spec.params, rawParams, 'http.not-found') as Parsed<P>;
      const query = parse(spec.query, readQuery(request), 'http.invalid') as Parsed<Q>;
      const body = await readTypedBody(spec, request, query).catch((thrown: unknown) => {
        // What cannot be read proves nothing.
        if (spec.limitOf !== undefined) limited(usual);
        throw thrown;
      });
      if (spec.limitOf !== undefined) limited((await spec.limitOf(ctx, body)) ?? usual);
      const result = await spec.run(ctx, {
        params,
        query,
        body,
        request,
        site: caller.site,
        instance: house,
        caller,
      });
      const sent = tagCookies(answer(result, spec.status ?? 200), cookieTag(house));
      return withRequestId(sent, caller.requestId);
    } catch (thrown) {
      return refuse(thrown, { spec, house, caller, ctx, rawParams, request });
    }
  };
  const { run: _run, raw, limitOf: _limitOf, ...declared } = spec;
  return Object.assign(handler, {
    spec: { ...declared, ...(raw ? { raw: { types: raw.types } } : {}) } as AnyRouteSpec,
  });
}

/** Pages ask routes by themselves, for as long as they are open. */
const ASKED = { seen: false };

async function identify(
  spec: { access: Access },
  house: Instance,
  caller: Caller,
  visitor: Ctx,
  params: Record<string, string | string[] | undefined>,
  request: Request,
): Promise<Actor> {
  if (spec.access === 'requester') {
    const id = typeof params['id'] === 'string' ? params['id'] : '';
    if (caller.bearer !== null) await openRequest(visitor, { id, pickupSecret: caller.bearer });
    else {
      const shown = callerRequests(house, caller, visitor.now()).includes(id);
      const person = shown ? null : await callerPerson(house, caller, ASKED);
      const own = person !== null && (await isOwnRequest({ ...visitor, actor: person }, id));
      if (!shown && !own) {
        throw new HubgateError('auth.required', 'Send the pick-up secret as a bearer token.');
      }
      checkOrigin(request.method, request.headers, house.config);
    }
    return { kind: 'requester', requestId: id, addressKey: caller.addressKey };
  }

  if (spec.access === 'public') {
    // A person who is signed in stays known, so that the limits per address do not hit them.
    const person = caller.bearer === null ? await callerPerson(house, caller, ASKED) : null;
    if (person === null) return visitor.actor;
    checkOrigin(request.method, request.headers, house.config);
    return person;
  }

  const actor =
    (await callerToken(house, caller, visitor.now())) ??
    (await callerPerson(house, caller, ASKED)) ??
    visitor.actor;
  if (actor.kind === 'person') checkOrigin(request.method, request.headers, house.config);
  requirePermission({ actor }, spec.access);
  return actor;
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Query parameters by name; a repeated name is an error of the caller, since which one counts would be a guess. */
function readQuery(request: Request): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of new URL(request.url).searchParams) {
    if (Object.hasOwn(query, name)) {
      throw new HubgateError('http.invalid', `The parameter ${name} stands twice in the address.`, {
        field: name,
      });
    }
    query[name] = value;
  }
  return query;
}

async function readTypedBody<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
>(spec: RouteSpec<P, Q, B>, request: Request, query: Parsed<Q>): Promise<Parsed<B>> {
  if (spec.body === undefined) return undefined as Parsed<B>;
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const limits = { maxBytes: spec.maxBytes ?? BODY_MAX_BYTES, seconds: BODY_SECONDS };
  if (spec.raw?.types.includes(type)) return spec.raw.read(await readBody(request, limits), query);
  const bytes = await readBody(request, limits);
  // An action without parameters, such as a withdrawal, needs no body and no type.
  const empty = bytes.byteLength === 0;
  if (!empty && type !== 'application/json') {
    const accepted = ['application/json', ...(spec.raw?.types ?? [])].join(', ');
    throw new HubgateError('http.media-type', `Send the body as ${accepted}.`, { params: { accepted } });
  }
  return parse(spec.body, empty ? {} : parseJson(bytes), 'http.invalid') as Parsed<B>;
}

/** A zod failure, kept so that the answer can name every field. */
class InvalidInput extends HubgateError {
  readonly errors: { field: string; message: string }[];

  constructor(code: 'http.invalid' | 'http.not-found', issues: readonly z.core.$ZodIssue[]) {
    const errors = issues.slice(0, 20).map((issue) => ({ field: fieldOf(issue), message: issue.message }));
    const [first] = errors;
    const detail =
      code === 'http.not-found'
        ? 'There is nothing at this address.'
        : `${first?.field === '' ? '' : `${first?.field ?? ''}: `}${first?.message ?? 'The input is not valid.'}`;
    super(code, detail, first === undefined || first.field === '' ? {} : { field: first.field });
    this.errors = errors;
  }
}

function fieldOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') path.push(issue.keys[0] ?? '');
  return path.join('.').slice(0, 100);
}

function parse(
  schema: z.ZodType | undefined,
  value: unknown,
  code: 'http.invalid' | 'http.not-found',
): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (!result.success) throw new InvalidInput(code, result.error.issues);
  return result.data;
}

function answer(result: unknown, status: number): Response {
  if (result instanceof Response) return result;
  if (result === undefined) return new Response(null, { status: 204 });
  return new Response(`${JSON.stringify(result)}\n`, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  });
}

function withRequestId(response: Response, requestId: string): Response {
  response.headers.set('x-request-id', requestId);
  if (!response.headers.has('x-content-type-options')) {
    response.headers.set('x-content-type-options', 'nosniff');
  }
  return response;
}

async function refuse(
  thrown: unknown,
  call: {
    spec: { audit?: string };
    house: Instance;
    caller: Caller;
    ctx: Ctx;
    rawParams: Record<string, string | string[] | undefined>;
    request: Request;
  },
): Promise<Response> {
  const { spec, house, caller, ctx, rawParams, request } = call;
  const known = isHubgateError(thrown);
  if (!known) {
    log(house.config).error(
      {
        requestId: caller.requestId,
        method: request.method,
        path: new URL(request.url).pathname,
        err: thrown,
      },
      'unexpected failure',
    );
  }
  if (spec.audit !== undefined && isRecorded(known ? thrown.code : 'unexpected')) {
    const target =
      Object.values(rawParams)
        .flat()
        .find((value) => value !== undefined) ?? '-';
    try {
      await auditRefusal(ctx, {
        action: spec.audit,
        target: target.slice(0, 100),
        outcome: known ? 'refused' : 'failed',
        code: known ? thrown.code : 'unexpected',
      });
    } catch (err) {
      log(house.config).error({ requestId: caller.requestId, err }, 'the refused call could not be recorded');
    }
  }
  if (!known) return unexpectedProblem(caller.requestId);
  return problemOf(thrown, caller.requestId, thrown instanceof InvalidInput ? { errors: thrown.errors } : {});
}
