import type { Command } from 'commander';
import { stringify } from 'smol-toml';

import { configOf, outputOf } from './context';

/** `hubgate config check|print` */
export function register(program: Command): void {
  const config = program.command('config').description('check or print the configuration');
  config
    .command('check')
    .description('read hubgate.toml and say what is wrong with it, if anything is')
    .action((_options: object, command: Command) => {
      const { file, paths } = configOf(command);
      outputOf(command).result(
        { ok: true, file, stateDir: paths.stateDir },
        `${file ?? 'No hubgate.toml, all defaults'}: valid. State lies in ${paths.stateDir}.`,
      );
    });
  config
    .command('print')
    .description('print every key with the value that holds, defaults included (no secret stands in it)')
    .action((_options: object, command: Command) => {
      const { config: values, file, paths } = configOf(command);
      outputOf(command).result({ file, config: values, paths }, stringify(values));
    });
}
