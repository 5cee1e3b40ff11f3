import { afterAll, beforeAll, expect, it } from 'vitest';

import { testHouse, type TestHouse } from '../testing/ctx';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { startTestDirectory, type TestDirectory } from '../testing/slapd';
import { eventNames } from './event-names';

let signer: TestSigner;
let directory: TestDirectory;
let house: TestHouse;
beforeAll(async () => {
  [signer, directory] = await Promise.all([startTestSigner(), startTestDirectory()]);
  house = await testHouse({ signer, config: { accounts: directory.accounts() } });
});
afterAll(async () => {
  await house.close();
  await signer.remove();
  await directory.remove();
});

it('makes no name that an account of the directory has already', async () => {
  const input = { event: 'E-7K3F9Q2M', title: 'Left', accounts: [null, null] };
  expect(await eventNames(house.ctx, input)).toEqual(['ev-left-01', 'ev-left-02']);
  directory.modify(
    'dn: uid=ev-left-02,ou=people,dc=example,dc=org\nchangetype: add\n' +
      'objectClass: inetOrgPerson\nobjectClass: posixAccount\nuid: ev-left-02\nsn: left\ncn: left\n' +
      'uidNumber: 4002\ngidNumber: 100\nhomeDirectory: /home/ev-left-02\n',
  );
  expect(await eventNames(house.ctx, { ...input, title: 'left' })).toEqual(['ev-left-b-01', 'ev-left-b-02']);
  await directory.stop();
  await expect(eventNames(house.ctx, input)).rejects.toMatchObject({
    code: 'event.names',
    params: { reason: 'directory' },
  });
});
