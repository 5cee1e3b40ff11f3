/** The kills with the portal's database in a private PostgreSQL cluster, which goes on running. */
import { startPostgresCluster } from '../lib/testing/postgres-cluster';
import { killDrill } from './kill';

const cluster = startPostgresCluster();
if (cluster === null) {
  process.stdout.write('FAIL  PostgreSQL 15 is missing: apt-get install postgresql-15\n');
  process.exit(1);
}
process.once('exit', cluster.stop);
await killDrill({
  on: 'PostgreSQL',
  kills: 50,
  databaseUrl: `postgresql://hubgate@/postgres?host=${cluster.socketDir}`,
});
