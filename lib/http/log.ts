import { destination, pino, type Logger } from 'pino';

import type { Config } from '../config/schema';

const holder = globalThis as typeof globalThis & { __hubgateLog?: Logger };

/**
 * The web process's log: JSON lines on stderr. Callers pass `requestId`; nobody passes a secret, a
 * CSR or a header that carries one (the redaction below is the second lock, not the first).
 */
export function log(config: Pick<Config, 'log'>): Logger {
  holder.__hubgateLog ??= pino(
    {
      name: 'web',
      level: config.log.level,
      redact: {
        paths: [
          '*.authorization',
          '*.cookie',
          '*.password',
          '*.passphrase',
          '*.pickupSecret',
          '*.secret',
          '*.csr',
        ],
        censor: '[removed]',
      },
    },
    destination({ dest: 2, sync: false }),
  );
  return holder.__hubgateLog;
}
