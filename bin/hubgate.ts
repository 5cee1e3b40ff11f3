/** Entry of dist/hubgate.mjs: the command line, with `start` among its commands. */
import { main } from '../lib/cli/main';

// Open handles (a signer connection that reconnects) must not keep a finished command alive.
process.exit(await main(process.argv.slice(2), process.env));
