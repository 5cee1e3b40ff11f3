import { z } from 'zod';

import { EVENT_PHASES } from '../events/event-state';
import { LIST_CHANGE_MAX } from '../hubs/change-hub-list';
import { IMPORT_MODES, LIST_FORMS } from '../hubs/import-hub-list';
import { EXPORT_FORMS } from '../hubs/view-hub-list';

/** The API's shapes about who may enter a hub; names are looked at by the verbs. */

export const HubParams = z.strictObject({ name: z.string().max(100) });

const Access = z
  .enum(['listed', 'any-valid'])
  .describe('Only its list, or everybody with a valid certificate')
  .meta({ id: 'HubAccess' });
const Names = z.array(z.string().max(200)).max(LIST_CHANGE_MAX);
const Some = z.strictObject({ people: Names.optional(), units: Names.optional(), events: Names.optional() });

export const HubListPatch = z
  .strictObject({ access: Access.optional(), add: Some.optional(), remove: Some.optional() })
  .meta({ id: 'HubListChange' });

export const HubListPut = z
  .strictObject({
    access: Access,
    people: Names.describe('Common names; nobody else is on the list then'),
    units: Names.default([]).describe('Organizational units: everybody of them'),
    events: Names.default([]).describe('Ids of training events: everybody of them, while they run'),
  })
  .meta({ id: 'HubListReplacement' });

const Both = z.object({
  people: z.array(z.string()),
  units: z.array(z.string()),
  events: z.array(z.string()),
});
const Gate = z
  .object({
    applied: z.enum(['applied', 'waits', 'unknown']).describe('What the gate itself says it goes by'),
    why: z.string(),
  })
  .meta({ id: 'GateAnswer' });

export const HubListChanged = z
  .object({ name: z.string(), access: Access, added: Both, removed: Both, gate: Gate })
  .meta({ id: 'HubListChanged' });

const Entry = z.object({ name: z.string(), addedBy: z.string(), addedAt: z.iso.datetime() });
export const HubListAnswer = z
  .object({
    name: z.string(),
    access: Access,
    decided: z.boolean().describe('False while only hubs.defaultAccess decides'),
    people: z.array(Entry),
    units: z.array(Entry),
    events: z.array(
      Entry.extend({
        name: z.string().describe('Its id'),
        title: z.string(),
        phase: z.enum(EVENT_PHASES),
        endsAt: z.iso.datetime(),
        participants: z.array(z.string()).describe('Common names'),
      }),
    ),
  })
  .meta({ id: 'HubList' });

export const HubAccessList = z.object({
  items: z.array(
    z.object({
      route: z.string(),
      access: Access,
      members: z.array(z.string()),
      units: z.array(z.string()),
      events: z.array(z.string()).describe('Ids; their names enter while they run'),
    }),
  ),
});

const Mode = z.enum(IMPORT_MODES);
const Form = z.enum(LIST_FORMS);

export const HubImportBody = z
  .strictObject({
    text: z.string().describe('A jupyterhub_config.py, CSV, or one name a line'),
    form: Form.optional(),
    mode: Mode.default('add'),
    dryRun: z.boolean().default(false),
  })
  .meta({ id: 'HubListImport' });

/** For the file itself as the body (curl --data-binary @jupyterhub_config.py). */
export const HubImportQuery = z.strictObject({
  form: Form.optional(),
  mode: Mode.optional(),
  dryRun: z.enum(['true', 'false']).optional(),
});
export const HUB_LIST_TYPES = ['text/csv', 'text/plain', 'text/x-python'] as const;

export const HubExportQuery = z.strictObject({ form: z.enum(EXPORT_FORMS).default('python') });
