import { notFound } from 'next/navigation';

import { requirePage } from '#lib/http/page';

/** Addresses under /admin that do not exist: strangers sign in first, as everywhere here. */
export default async function NoSuchPage() {
  await requirePage('administration.open', '/admin');
  notFound();
}
