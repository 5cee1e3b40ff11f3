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
