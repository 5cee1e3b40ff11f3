import { headers as nextHeaders } from 'next/headers';
import { unstable_rethrow } from 'next/navigation';
import type { z } from 'zod';

import type { Actor, Ctx } from '../ctx';
import { HubgateError, isHubgateError } from '../errors';
import { auditRefusal } from '../identity/audit-refusal';
import { requirePermission } from '../identity/authorise';
import { instance, type Instance } from '../instance';
import { isOwnRequest } from '../requests/list-own-requests';
import { IDLE, type ActionState } from './action-state';
import { callerPerson, callerRequests, makeCtx, readCaller, type Caller } from './caller';
import { callerOwner, visitorCertificate } from './caller-owner';
import { errorText, WORDED_IN } from './error-text';
import { invalidInput } from './invalid-input';
import { log } from './log';
import { checkOrigin } from './origin';
import { takeToken, type Limit } from './rate-limit';
import { isRecorded } from './recorded-refusals';
import type { Access } from './route';
import { showsPortal, type SiteRole } from './site';

const ACTION_LIMIT: Limit = { name: 'action', burst: 240, perMinute: 120 };
const NEVER_ECHOED = /password|passphrase|secret|token|privatekey/i;

/** As for routes, and two that need the browser's cookies. */
export type ActionAccess = Access | 'owner' | 'signed-in';

/** A wrapped action. `access` is what it declared, for the test over all of them. */
export type Action<T> = ((state: ActionState<T>, form: FormData) => Promise<ActionState<T>>) & {
  readonly access: ActionAccess;
};

/**
 * Wraps a server action that takes a form: origin, sign-in, parsing, the verb, and the refusal as
 * state. `run` may call Next's `redirect`.
 *
 * Export it from a 'use server' file: `export const approve = action({…})`. Usable as
 * `useActionState(approve, IDLE)` and as `<form action={…}>`.
 *
 * @param access as for routes; `requester` needs an `id` field in the form; `owner` is everybody, with
 *   all that this browser has proven about whose certificates it may take back; `signed-in` is every
 *   person who is signed in, whatever their roles
 * @param input  schema of the form's fields; a field that occurs twice is an array, files are File
 */
export function action<S extends z.ZodType, T>(spec: {
  access: ActionAccess;
  input: S;
  /** Calls per network address for who is not signed in, where fewer than usual are enough. */
  limit?: Limit;
  /** Another one that the form, or a cookie of ours, proves a right to. Null: the one above. */
  limitOf?: (ctx: Ctx, input: z.output<S>) => Promise<Limit | null>;
  /** The action's name in the audit log, for calls that are refused. */
  audit?: string;
  run: (
    ctx: Ctx,
    input: z.output<S>,
    more: { instance: Instance; caller: Caller; site: SiteRole },
  ) => Promise<T> | T;
}): Action<T> {
  const act = async (state: ActionState<T>, form: FormData): Promise<ActionState<T>> => {
    const house = await instance();
    const headers = await nextHeaders();
    const caller = readCaller(headers, house);
    const fields = readForm(form instanceof FormData ? form : (state as unknown as FormData));
    let ctx = makeCtx(house, caller, { kind: 'visitor', addressKey: caller.addressKey });
    try {
      checkOrigin('POST', headers, house.config);
      if (spec.access === 'owner') {
        // A form's action can be posted to any page of the portal, also to one that the gate shows. There
        // the browser would add the certificate for a script of any notebook.
        if (!showsPortal(caller.site, house.config)) {
          throw new HubgateError(
            'auth.wrong-host',
            `Certificates are taken back on the portal's own name only: ${house.config.site.url}`,
          );
        }
        const person = await callerPerson(house, caller);
        const certificate = await visitorCertificate(headers, caller, house, ctx);
        ctx = makeCtx(house, caller, callerOwner(house, caller, { person, certificate, now: ctx.now() }));
      } else ctx = makeCtx(house, caller, await identify(spec.access, house, caller, fields));
      const parsed = spec.input.safeParse(fields);
      if (isStranger(ctx.actor)) {
        const proven = parsed.success ? await spec.limitOf?.(ctx, parsed.data) : null;
        takeToken(proven ?? spec.limit ?? ACTION_LIMIT, caller.addressKey, ctx.now().getTime());
      }
      if (!parsed.success) throw invalidInput(parsed.error, fields);
      return {
        ok: true,
        value: await spec.run(ctx, parsed.data, { instance: house, caller, site: caller.site }),
      };
    } catch (thrown) {
      unstable_rethrow(thrown); // redirect() and notFound() travel as exceptions
      return await refusal(thrown, { spec, house, caller, ctx, fields });
    }
  };
  return Object.assign(act, { access: spec.access });
}

/**
 * An action for a plain `<form action={…}>`, which shows no state of its own: `after` leads on, and
 * takes what went wrong along to the page that it leads to.
 */
export function formAction<T>(
  inner: Action<T>,
  after: (state: ActionState<T>) => void,
): ((form: FormData) => Promise<void>) & { readonly access: ActionAccess } {
  const act = async (form: FormData): Promise<void> => after(await inner(IDLE, form));
  return Object.assign(act, { access: inner.access });
}

/**
 * A refusal of a form's field in the page's own words, which are in the visitor's language already.
 *
 * @param sentence made with the `t` of the same page
 */
export function wordedRefusal(locale: string, sentence: string, field: string): HubgateError {
  return new HubgateError('http.invalid', sentence, { field, params: { [WORDED_IN]: locale } });
}

/** Not signed in: whatever else they showed, limits per address are for them. */
function isStranger(actor: Actor): boolean {
  return actor.kind === 'visitor' || (actor.kind === 'owner' && actor.proofs.userId === null);
}

async function identify(
  access: Exclude<ActionAccess, 'owner'>,
  house: Instance,
  caller: Caller,
  fields: Record<string, unknown>,
): Promise<Actor> {
  const visitor: Actor = { kind: 'visitor', addressKey: caller.addressKey };
  if (access === 'requester') {
    const id = fields['id'];
    const shown = typeof id === 'string' && callerRequests(house, caller, new Date()).includes(id);
    if (typeof id !== 'string' || !(shown || (await isOfPerson(house, caller, id)))) {
      throw new HubgateError('request.not-found', 'Open the request with its pick-up secret first.');
    }
    return { kind: 'requester', requestId: id, addressKey: caller.addressKey };
  }
  const actor = (await callerPerson(house, caller)) ?? visitor;
  if (access === 'public') return actor;
  if (access === 'signed-in') {
    if (actor.kind !== 'person') throw new HubgateError('auth.required', 'Sign in first.');
    return actor;
  }
  requirePermission({ actor }, access);
  return actor;
}

/** Somebody is signed in who sent this request. */
async function isOfPerson(house: Instance, caller: Caller, id: string): Promise<boolean> {
  const person = await callerPerson(house, caller);
  return person !== null && isOwnRequest({ actor: person, db: house.db }, id);
}

/** The form's fields; Next's own (`$ACTION_…`) left out. An empty file input counts as absent. */
function readForm(form: FormData): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    if (name.startsWith('$ACTION')) continue;
    const all = form.getAll(name).filter((value) => !(value instanceof File && value.size === 0));
    if (all.length > 0) fields[name] = all.length === 1 ? all[0] : all;
  }
  return fields;
}

async function refusal(
  thrown: unknown,
  call: {
    spec: { audit?: string };
    house: Instance;
    caller: Caller;
    ctx: Ctx;
    fields: Record<string, unknown>;
  },
): Promise<ActionState<never>> {
  const { spec, house, caller, ctx, fields } = call;
  const known = isHubgateError(thrown);
  const code = known ? thrown.code : 'unexpected';
  if (!known) {
    log(house.config).error({ requestId: caller.requestId, err: thrown }, 'unexpected failure in a form');
  }
  if (spec.audit !== undefined && isRecorded(code)) {
    const target = typeof fields['id'] === 'string' ? fields['id'].slice(0, 100) : '-';
    await auditRefusal(ctx, {
      action: spec.audit,
      target,
      outcome: known ? 'refused' : 'failed',
      code,
    }).catch((err: unknown) =>
      log(house.config).error({ requestId: caller.requestId, err }, 'the refused call could not be recorded'),
    );
  }
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== 'string' || NEVER_ECHOED.test(name)) continue;
    if (code === 'csr.private-key' && /PRIVATE KEY/.test(value)) continue;
    values[name] = value;
  }
  return {
    ok: false,
    code,
    ...errorText(caller.locale, known ? thrown : null),
    field: known ? (thrown.field ?? null) : null,
    values,
    requestId: caller.requestId,
  };
}
