/**
 * One touch for 500 requests: how long from opening the page to the browser's question for the touch,
 * and what the signer's verification adds to the batch, in processor time of the signer itself.
 */
import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { becomeAdministrator } from '../e2e/support/administrator';
import { addWaitingCsrs } from '../e2e/support/approved-requests';
import { testBrowser } from '../e2e/support/chromium';
import { startPortal } from '../e2e/support/portal';
import { addVirtualAuthenticator, registerPasskey } from '../e2e/support/virtual-authenticator';
import { makeAuthenticator } from '../lib/testing/authenticator';
import { makeOrder } from '../lib/testing/orders';
import { startTestSigner } from '../lib/testing/signer';
import { approvedBy, touchFor } from '../lib/testing/touches';
import type { Order } from '../lib/wire/order';
import { rsaCsrs } from './csrs';
import { cpuSeconds } from './processes';
import { figure, heading, line, median } from './report';

const BATCH = 500;
const ROUNDS = 3;
/** Both ways of approving take turns in pieces of a batch, so that both meet the same noise. */
const PIECE = 100;
const LOADS = 5;

heading(`One touch of a passkey for ${BATCH} requests`);
const csrs = await rsaCsrs(BATCH * ROUNDS);
await measurePage();
await measureSigner();

async function measurePage(): Promise<void> {
  const portal = await startPortal({
    front: 'embedded',
    toml: '[signing]\nauto = false\n[approval]\nrequire = "passkey"\n[requests]\nopenPerAddress = 10000\n',
  });
  try {
    await addWaitingCsrs(
      portal,
      csrs.slice(0, BATCH).map((der) => () => der),
    );
    const chromium = await testBrowser(portal.dir);
    await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
    const browser = await chromium.launch();
    try {
      const page = await (await browser.newContext()).newPage();
      await becomeAdministrator(page, portal.firstAdminLink());
      await addVirtualAuthenticator(page);
      const fingerprint = await registerPasskey(page, portal.url, 'key');
      await portal.hubgateJson(['approvers', 'accept', fingerprint]);
      await page.addInitScript(noteQuestions);
      const { web } = await portal.processes();
      if (web === undefined) throw new Error('the portal is missing');
      let spent = 0;
      const times: { page: number; question: number }[] = [];
      for (let load = 0; load <= LOADS; load += 1) {
        const before = cpuSeconds(web);
        const time = await untilAsked(page, `${portal.url}/admin/approve?all=clean`);
        if (load === 0) continue; // warms the portal up
        times.push(time);
        spent += cpuSeconds(web) - before;
      }
      const ready = median(times.map((one) => one.page));
      const asked = median(times.map((one) => one.question));
      line(
        `page with ${BATCH} requests usable after ${ready.toFixed(0)} ms, touch asked ${asked.toFixed(0)} ms after the click`,
      );
      line(`processor time of the portal for both: ${((spent / LOADS) * 1000).toFixed(0)} ms`);
      figure({
        what: 'from opening the page to the question for the touch',
        value: median(times.map((one) => one.page + one.question)) / 1000,
        unit: ' s',
        bound: 1,
        better: 'lower',
      });
    } finally {
      await browser.close();
    }
  } finally {
    await portal.stop();
  }
}

/** Runs in the page: remembers when the browser was asked, and touches nothing. */
function noteQuestions(): void {
  navigator.credentials.get = () => {
    (window as unknown as { askedAt: number }).askedAt = performance.timeOrigin + performance.now();
    return Promise.reject(new DOMException('not now', 'NotAllowedError'));
  };
}

/** Milliseconds until the button works, and from the click on it to the question. */
async function untilAsked(page: Page, address: string): Promise<{ page: number; question: number }> {
  const began = Date.now();
  await page.goto(address, { waitUntil: 'commit' });
  const usable = await page.waitForFunction(() => {
    const button = document.querySelector('main form button[type="submit"]');
    const works = button !== null && Object.keys(button).some((key) => key.startsWith('__reactProps'));
    return works ? performance.timeOrigin + performance.now() : false;
  });
  const usableAt = Number(await usable.jsonValue());
  const clickedAt = await page.evaluate(() => {
    const at = performance.timeOrigin + performance.now();
    document.querySelector<HTMLButtonElement>('main form button[type="submit"]')?.click();
    return at;
  });
  const asked = await page.waitForFunction(
    () => (window as unknown as { askedAt?: number }).askedAt ?? false,
  );
  return { page: usableAt - began, question: Number(await asked.jsonValue()) - clickedAt };
}

async function measureSigner(): Promise<void> {
  const ceilings = { perHour: 100_000, perDay: 100_000, revocationsPerHour: 5_000 };
  const signer = await startTestSigner({ caKey: 'rsa-4096', child: true, policy: { ceilings } });
  try {
    const person = { id: 'user:bench', name: 'bench' };
    const authenticator = makeAuthenticator();
    const { credentialId, publicKey } = authenticator;
    const { fingerprint } = await signer.client.proposePasskey({
      person,
      credentialId,
      publicKey,
      counter: 0,
    });
    await signer.operator.acceptPasskey({ fingerprint, by: 'host:bench' });
    const { caKeyId } = signer;
    const sign = async (orders: readonly Order[]): Promise<{ cpu: number; wall: number }> => {
      const pid = signer.pid() ?? 0;
      const [cpu, wall] = [cpuSeconds(pid), performance.now()];
      const outcomes = await signer.client.sign(orders);
      if (outcomes.some(({ outcome }) => outcome !== 'issued')) throw new Error(JSON.stringify(outcomes[0]));
      return { cpu: cpuSeconds(pid) - cpu, wall: performance.now() - wall };
    };
    const spent = {
      session: [] as { cpu: number; wall: number }[],
      passkey: [] as { cpu: number; wall: number }[],
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      const orders = csrs
        .slice(round * BATCH, (round + 1) * BATCH)
        .map((csr, index) => makeOrder({ caKeyId, csr, content: { commonName: `b${round}n${index}` } }));
      const again = orders.map(({ csr }, index) =>
        makeOrder({
          caKeyId,
          csr: Buffer.from(csr, 'base64'),
          content: { commonName: `b${round}m${index}` },
        }),
      );
      const contents = again.map(({ content }) => content);
      const approved = approvedBy(again, touchFor({ authenticator, person, contents }));
      for (let at = 0; at < BATCH; at += PIECE) {
        const sides = [
          async () => spent.session.push(await sign(orders.slice(at, at + PIECE))),
          async () => spent.passkey.push(await sign(approved.slice(at, at + PIECE))),
        ];
        for (const side of (at / PIECE) % 2 === 0 ? sides : sides.reverse()) await side();
      }
    }
    const sum = (list: readonly { cpu: number }[]): number => list.reduce((all, { cpu }) => all + cpu, 0);
    const [session, passkey] = [sum(spent.session), sum(spent.passkey)];
    const perOrder = (seconds: number): string => ((seconds / (ROUNDS * BATCH)) * 1000).toFixed(2);
    line(
      `processor time of the signer for a certificate: ${perOrder(session)} ms on the portal's word, ` +
        `${perOrder(passkey)} ms with one touch for ${BATCH}`,
    );
    const wall = (list: readonly { wall: number }[]): string =>
      (list.reduce((all, one) => all + one.wall, 0) / ROUNDS).toFixed(0);
    line(`a batch of ${BATCH}: ${wall(spent.session)} ms and ${wall(spent.passkey)} ms`);
    figure({
      what: 'added to the batch by verifying the approval',
      value: (passkey / session - 1) * 100,
      unit: ' %',
      bound: 2,
      better: 'lower',
    });
  } finally {
    await signer.remove();
  }
}
