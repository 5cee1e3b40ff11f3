/** GET /metrics with the bearer token of metrics.tokenFile; without that setting there is no such address. */
import { EVERYWHERE } from '#lib/http/everywhere';
import { metricsAnswer } from '#lib/http/metrics';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'public',
  sites: EVERYWHERE,
  run: (ctx, { caller, instance }) => metricsAnswer(ctx, caller, instance.baseDir),
});
