import { readFileSync } from 'node:fs';

import { InvalidArgumentError, Option, type Command } from 'commander';

import type { HubAccess } from '../db/hub-access';
import { HubgateError } from '../errors';
import { accessApplied, type AccessApplied } from '../hubs/access-applied';
import { apacheBlock } from '../hubs/apache-block';
import { changeHubList, namesInWords, type HubNames } from '../hubs/change-hub-list';
import { importHubList, LIST_FORMS, previewHubImport, type ListForm } from '../hubs/import-hub-list';
import { listHubAccess } from '../hubs/list-hub-access';
import { exportHubList, EXPORT_FORMS } from '../hubs/view-hub-list';
import { withCtx } from './context';
import { safe } from './table';

/** `hubgate hubs access|allow|deny|import|export|apache` */
export function registerAccess(hubs: Command): void {
  registerMode(hubs);
  registerNames(hubs);
  registerImport(hubs);
  hubs
    .command('export')
    .description("a hub's list, for its jupyterhub_config.py or as CSV")
    .argument('<hub>')
    .addOption(new Option('--form <form>', 'python or csv').choices(EXPORT_FORMS).default('python'))
    .action((hub: string, { form }: { form: (typeof EXPORT_FORMS)[number] }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const file = await exportHubList(ctx, { name: hub, form });
        out.result(file, file.text);
      }),
    );
  hubs
    .command('apache')
    .description('a static block for Apache, for a hub whose paths must arrive byte by byte (%2F, %3F)')
    .argument('<hub>')
    .action((hub: string, _options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const block = await apacheBlock(ctx, { name: hub });
        out.result(block, block.text);
      }),
    );
}

function registerMode(hubs: Command): void {
  hubs
    .command('access')
    .description('who may enter which hub; with a name and a mode: change it')
    .argument('[hub]', 'the first part of the path of its address')
    .argument('[mode]', 'listed (only its list) or any-valid (every valid certificate)', readMode)
    .action((hub: string | undefined, mode: HubAccess | undefined, _options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        if (hub !== undefined && mode !== undefined) {
          const { name, access } = await changeHubList(ctx, { name: hub, access: mode });
          const gate = await accessApplied(ctx);
          out.result({ name, access, gate }, `${hub}: ${mode}. ${gateSays(gate)}`);
          return;
        }
        const { items } = await listHubAccess(ctx);
        const shown = items.filter(({ route }) => hub === undefined || route === hub);
        if (hub !== undefined && shown.length === 0) {
          throw new HubgateError('hub.not-found', `No hub ${hub} is known. See: hubgate hubs access`, {
            field: 'hub',
          });
        }
        const lines = shown.map(({ route, access, members, units, events }) => {
          const names = namesInWords({ people: members, units, events }).map(safe);
          return `${route}  ${access}${access === 'listed' ? `: ${names.join(', ') || 'nobody'}` : ''}`;
        });
        out.result({ items: shown }, lines.join('\n') || 'No hub is known.');
      }),
    );
}

type NamesOptions = { unit?: string[]; event?: string[] };

function registerNames(hubs: Command): void {
  for (const [verb, says] of [
    ['allow', 'on'],
    ['deny', 'off'],
  ] as const) {
    hubs
      .command(verb)
      .description(
        `${verb} people by the name (CN) in their certificate, whole units or events; ${says} a hub's list`,
      )
      .argument('<hub>')
      .argument('[names...]', 'common names')
      .option('--unit <OU...>', 'everybody whose certificate names this organizational unit')
      .option('--event <id...>', 'everybody of this training event, while it runs')
      .action((hub: string, people: string[], options: NamesOptions, command: Command) => {
        const names = { people, units: options.unit ?? [], events: options.event ?? [] };
        if (namesInWords(names).length === 0)
          command.error('error: say whom, by name, with --unit or with --event');
        return withCtx(command, async (ctx, out) => {
          const { name, added, removed } = await changeHubList(ctx, {
            name: hub,
            ...(verb === 'allow' ? { add: names } : { remove: names, mustBeThere: true }),
          });
          const gate = await accessApplied(ctx);
          out.result(
            { name, added, removed, gate },
            `${listed(names)}: ${says} the list of ${name}. ${gateSays(gate)}`,
          );
        });
      });
  }
}

type ImportOptions = { replace?: true; dryRun?: true; form?: ListForm };

function registerImport(hubs: Command): void {
  hubs
    .command('import')
    .description(
      "put the names of a file on a hub's list: allowed_users of a jupyterhub_config.py, which is read and never run, CSV, or one name a line",
    )
    .argument('<hub>')
    .argument('<file>', 'a file, or - for standard input')
    .option('--replace', 'make the list exactly these; without it they are added')
    .option('--dry-run', 'say what would change, and change nothing')
    .addOption(new Option('--form <form>', 'what the file is; otherwise it is looked at').choices(LIST_FORMS))
    .action((hub: string, file: string, options: ImportOptions, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const input = {
          name: hub,
          text: readText(file),
          form: options.form,
          mode: options.replace === true ? 'replace' : 'add',
        } as const;
        const preview = await previewHubImport(ctx, input);
        for (const { line, text } of preview.problems) {
          out.note(`Line ${line} was passed over, only Python could say whom it names: ${safe(text)}`);
        }
        if (preview.admins.length > 0) {
          out.note(`Administrators of the hub, who get in too: ${preview.admins.map(safe).join(', ')}`);
        }
        if (options.dryRun === true) {
          const { added, removed } = preview;
          out.result(
            { ...preview, dryRun: true },
            `Would add ${listed(added)}; would remove ${listed(removed)}.`,
          );
          return;
        }
        const { name, added, removed } = await importHubList(ctx, input);
        const gate = await accessApplied(ctx);
        out.result(
          { name, added, removed, problems: preview.problems, gate },
          `${name}: added ${listed(added)}; removed ${listed(removed)}. ${gateSays(gate)}`,
        );
        if (preview.problems.length > 0) process.exitCode = 1;
      }),
    );
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (thrown) {
    throw new HubgateError(
      'hub.list',
      `${file} cannot be read (${(thrown as NodeJS.ErrnoException).code}).`,
      { field: 'file', cause: thrown },
    );
  }
}

function listed(all: HubNames): string {
  const names = namesInWords(all).map(safe);
  return names.length > 12
    ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`
    : names.join(', ') || 'nobody';
}

function gateSays({ applied, why }: AccessApplied): string {
  if (applied === 'applied') return 'The gate goes by it already.';
  return applied === 'waits'
    ? `${why} If that stays so, see: hubgate doctor`
    : `Written for the gate. ${why}`;
}

function readMode(text: string): HubAccess {
  if (text === 'listed' || text === 'any-valid') return text;
  throw new InvalidArgumentError('Allowed: listed, any-valid.');
}
