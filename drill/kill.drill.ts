/** The kills with the portal's database in SQLite. */
import { killDrill } from './kill';

await killDrill({ on: 'SQLite', databaseUrl: '', kills: 200 });
