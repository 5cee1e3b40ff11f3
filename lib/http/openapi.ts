import { z } from 'zod';

import { ERROR_CODES } from '../errors';
import { rolesOf } from '../identity/role-table';
import type { AnyRouteSpec, RouteHandler } from './route';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Path to the module of its route: the exported methods. */
export type ApiRoutes = Record<string, Partial<Record<(typeof METHODS)[number], RouteHandler>>>;

type Json = Record<string, unknown>;

/** OpenAPI 3.1 from the declarations of the routes themselves: what validates is what is described. */
export function openApi(routes: ApiRoutes, site: { name: string; url: string }): Json {
  const paths: Record<string, Json> = {};
  for (const [path, module] of Object.entries(routes)) {
    const operations: Json = {};
    for (const method of METHODS) {
      const handler = module[method];
      if (handler) operations[method.toLowerCase()] = operation(handler.spec);
    }
    paths[path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: { title: `${site.name} API`, version: '1' },
    servers: [{ url: site.url }],
    paths,
    components: {
      securitySchemes: {
        apiToken: { type: 'http', scheme: 'bearer', description: 'hubgate token create' },
        pickupSecret: { type: 'http', scheme: 'bearer', description: 'The pick-up secret of the request' },
      },
      schemas: { Problem: PROBLEM },
    },
  };
}

const PROBLEM = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: [...ERROR_CODES] },
    field: { type: 'string' },
    requestId: { type: 'string' },
  },
};

function operation(spec: AnyRouteSpec): Json {
  const { access, summary, params, query, body, raw, response, status } = spec;
  const success = response
    ? { description: 'Done', content: { 'application/json': { schema: schemaOf(response, 'output') } } }
    : { description: 'Done' };
  return {
    ...(summary === undefined ? {} : { summary }),
    security: access === 'public' ? [] : access === 'requester' ? [{ pickupSecret: [] }] : [{ apiToken: [] }],
    ...(access === 'public' || access === 'requester'
      ? {}
      : { description: `Roles: ${rolesOf(access).join(' or ')}` }),
    parameters: [...parametersOf(params, 'path'), ...parametersOf(query, 'query')],
    ...(body === undefined ? {} : { requestBody: { content: bodyContent(body, raw) } }),
    responses: {
      [String(status ?? 200)]: success,
      default: {
        description: 'A refusal',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function bodyContent(body: z.ZodType, raw: AnyRouteSpec['raw']): Json {
  const content: Json = { 'application/json': { schema: schemaOf(body, 'input') } };
  for (const type of raw?.types ?? []) content[type] = { schema: { type: 'string', format: 'binary' } };
  return content;
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: one,
  }));
}

/** JSON Schema of what goes in or comes out; inlined, so that the document has no dangling references. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _draft, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
  }) as Json;
  return withoutLocalReferences(json) as Json;
}

/** zod puts schemas with an id under $defs; each is put in place of its reference. */
function withoutLocalReferences(root: Json): unknown {
  const definitions = (root['$defs'] ?? {}) as Record<string, Json>;
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (node === null || typeof node !== 'object') return node;
    const reference = (node as Json)['$ref'];
    if (typeof reference === 'string' && reference.startsWith('#/$defs/')) {
      return walk(definitions[reference.slice('#/$defs/'.length)]);
    }
    const copy: Json = {};
    for (const [key, value] of Object.entries(node)) {
      if (key !== '$defs' && key !== 'id' && key !== '$id') copy[key] = walk(value);
      else if (key === 'id' && typeof value === 'object') copy[key] = walk(value);
    }
    return copy;
  };
  return walk(root);
}
