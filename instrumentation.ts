import type { Instrumentation } from 'next';

/** What runs in the web process beside its routes: the hub index with the gate's maps, and the clocks. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { instance } = await import('#lib/instance');
  const { log } = await import('#lib/http/log');
  const { startHubs } = await import('#lib/hubs/start-hubs');
  const { startJobs } = await import('#lib/jobs/start-jobs');
  const house = await instance();
  const logger = log(house.config);
  await startHubs(house, (error) => logger.error({ err: error }, "the gate's maps cannot be written"));
  startJobs(house);
}

/** What a page or route threw and nobody foresaw: beside the number that the visitor reads (lib/http/failure-page.ts). */
export const onRequestError: Instrumentation.onRequestError = async (error, request) => {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { instance } = await import('#lib/instance');
  const { log } = await import('#lib/http/log');
  const sent = request.headers['x-request-id'];
  const requestId = typeof sent === 'string' ? sent : undefined;
  // Without the query: a form's answer may have been typed into it.
  const path = request.path.split('?', 1)[0];
  log((await instance()).config).error(
    { requestId, err: error, method: request.method, path },
    'a page failed',
  );
};
