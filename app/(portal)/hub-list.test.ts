import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import type { Page } from '#lib/http/page';
import { changeHubList } from '#lib/hubs/change-hub-list';
import { testHouse } from '#lib/testing/ctx';

import { visibleHubs } from './hub-list';

it('counts the units of the certificate in “you may enter”, as the gate does', async () => {
  const house = await testHouse({ config: { hubs: { upstream: { astro: 'http://127.0.0.1:1' } } } });
  mkdirSync(house.paths.hubsDir, { recursive: true });
  writeFileSync(join(house.paths.hubsDir, 'astro.hub'), 'https://gate.localhost:8444/astro,A\n');
  await changeHubList(house.person('olga', 'operator'), {
    name: 'astro',
    access: 'listed',
    add: { units: ['NLHPC'] },
  });
  const mayEnter = async (subject: string) => {
    const visitor = { shown: true, accepted: true, certificate: { commonName: 'alice', subject } };
    const listing = await visibleHubs({ ctx: house.ctx, visitor } as unknown as Page);
    return listing?.hubs[0]?.mayEnter;
  };
  expect(await mayEnter('CN=alice,OU=NLHPC,O=x')).toBe(true);
  expect(await mayEnter('CN=alice,OU=Other,O=x')).toBe(false);
  await house.close();
});
