/** The first steps, also after they were put away. */
import { requirePage } from '#lib/http/page';

import { AdminFrame } from '../admin-frame';
import { QueueFlash } from '../queue-flash';
import type { Query } from '../search-params';
import { adminTitle } from '../title';
import { FirstSteps } from './first-steps';
import { loadFirstSteps } from './load';

export const generateMetadata = () => adminTitle('admin.first.page');

export default async function FirstStepsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const page = await requirePage('administration.open', '/admin/first-steps');
  const [steps, query] = await Promise.all([loadFirstSteps(page), searchParams]);
  return (
    <AdminFrame page={page} at={null}>
      <QueueFlash page={page} query={query} />
      <FirstSteps page={page} steps={steps} asTitle />
    </AdminFrame>
  );
}
