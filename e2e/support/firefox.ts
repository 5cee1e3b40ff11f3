import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { connectMarionette, elementId, type Marionette } from './marionette';
import { freePorts, until } from './ports';
import { mustRun } from './run';

type Preferences = Record<string, string | number | boolean>;

export type FirefoxPage = {
  /** @throws {Error} `insecure certificate`, `reached error page …` when the page is not shown */
  goto: (url: string) => Promise<void>;
  url: () => Promise<string>;
  /** What `expression` gives in the page. */
  read: (expression: string) => Promise<unknown>;
  /** Waits until the words stand in the page's visible text. */
  sees: (words: string) => Promise<void>;
  /** Waits until something matches the CSS selector. */
  has: (css: string) => Promise<void>;
  type: (css: string, text: string) => Promise<void>;
  choose: (css: string, value: string) => Promise<void>;
  /** Clicks on the link or button with exactly these words. */
  click: (words: string) => Promise<void>;
  /** What the certificate manager does on "Import … authorities": no restart, the page stays. */
  importRoot: (pem: string) => Promise<void>;
  quit: () => Promise<void>;
};

export type TestFirefox = {
  launch: () => Promise<FirefoxPage>;
  /** With the browser closed, as NSS wants it. */
  importP12: (p12File: string, passphrase: string) => Promise<void>;
  /** The next file that is saved under a name with this ending. */
  saved: (ending: string) => Promise<string>;
};

/** Debian's Firefox with a profile, and so an NSS store, of its own, which at first trusts nothing. */
export async function testFirefox(
  dir: string,
  languages: string,
  /** What its user has set otherwise. */
  more: Preferences = {},
): Promise<TestFirefox> {
  const profile = join(dir, 'firefox');
  const downloads = join(dir, 'firefox-saved');
  const db = `sql:${profile}`;
  await mkdir(profile, { recursive: true });
  await mkdir(downloads, { recursive: true });
  await mustRun('certutil', ['-d', db, '-N', '--empty-password']);
  const [port = 0] = await freePorts(1);
  await writeFile(join(profile, 'user.js'), preferences({ port, languages, downloads }, more));
  return {
    launch: async () => {
      const firefox = spawn(
        'firefox-esr',
        ['--headless', '--no-remote', '--marionette', '--remote-allow-system-access', '--profile', profile],
        { env: { ...process.env, HOME: dir, MOZ_CRASHREPORTER_DISABLE: '1' }, stdio: 'ignore' },
      );
      try {
        const wire = await connectMarionette(port);
        await wire.call('WebDriver:NewSession', { capabilities: { alwaysMatch: {} } });
        return pageOf(wire, firefox);
      } catch (error) {
        firefox.kill('SIGKILL');
        throw error;
      }
    },
    importP12: async (p12File, passphrase) => {
      await mustRun('pk12util', ['-d', db, '-i', p12File, '-W', passphrase, '-K', '']);
    },
    saved: (ending) =>
      until(`${ending} is saved`, async () => {
        const files = await readdir(downloads);
        const name = files.find((file) => file.endsWith(ending) && !files.includes(`${file}.part`));
        return name === undefined ? undefined : join(downloads, name);
      }),
  };
}

function preferences(
  options: { port: number; languages: string; downloads: string },
  more: Preferences,
): string {
  const values: Preferences = {
    'marionette.port': options.port,
    'intl.accept_languages': options.languages,
    'network.proxy.type': 0,
    // The dialog that asks for a certificate cannot be answered without a screen.
    'security.default_personal_cert': 'Select Automatically',
    // Its own store only, whatever the system trusts.
    'security.enterprise_roots.enabled': false,
    'browser.download.folderList': 2,
    'browser.download.dir': options.downloads,
    'browser.shell.checkDefaultBrowser': false,
    // What a hub answers is read as it is.
    'devtools.jsonview.enabled': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'app.update.enabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'extensions.systemAddon.update.enabled': false,
    ...more,
  };
  return Object.entries(values)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');
}

function pageOf(wire: Marionette, firefox: ChildProcess): FirefoxPage {
  const script = async (body: string, args: unknown[] = []): Promise<unknown> =>
    ((await wire.call('WebDriver:ExecuteScript', { script: body, args })) as { value: unknown }).value;
  const find = (using: 'css selector' | 'xpath', value: string) =>
    until(`${value} in ${using}`, async () =>
      elementId(await wire.call('WebDriver:FindElement', { using, value })),
    );
  const read = (expression: string) => script(`return (${expression});`);
  return {
    goto: async (url) => {
      await wire.call('WebDriver:Navigate', { url });
    },
    url: async () => String(await read('location.href')),
    read,
    sees: async (words) => {
      await until(`the words "${words}"`, async () =>
        String(await read('document.body.innerText')).includes(words),
      ).catch(async (error: unknown) => {
        throw new Error(`${String(error)} in\n${String(await read('document.body.innerText'))}`);
      });
    },
    has: async (css) => void (await find('css selector', css)),
    type: async (css, text) => {
      await wire.call('WebDriver:ElementSendKeys', { id: await find('css selector', css), text });
    },
    choose: async (css, value) => {
      await wire.call('WebDriver:ElementClick', {
        id: await find('css selector', `${css} option[value="${value}"]`),
      });
    },
    click: async (words) => {
      const id = await find('xpath', `//*[self::a or self::button][normalize-space()="${words}"]`);
      await wire.call('WebDriver:ElementClick', { id });
    },
    importRoot: async (pem) => {
      const base64 = pem.replace(/-----[^-]+-----|\s/g, '');
      await wire.call('Marionette:SetContext', { value: 'chrome' });
      try {
        await script(
          'Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(arguments[0], "C,,");',
          [base64],
        );
      } finally {
        await wire.call('Marionette:SetContext', { value: 'content' });
      }
    },
    quit: async () => {
      const ended = new Promise((resolve) => firefox.once('exit', resolve));
      const forced = setTimeout(() => firefox.kill('SIGKILL'), 15_000);
      await wire.call('Marionette:Quit', { flags: ['eAttemptQuit'] }).catch(() => firefox.kill('SIGTERM'));
      wire.close();
      await ended;
      clearTimeout(forced);
    },
  };
}
