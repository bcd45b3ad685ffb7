// The two browsers of the tests: each launch has a new, empty profile, fake devices, and no prompts.
//
// The runner names the executables (MEETWIRE_CHROMIUM, MEETWIRE_FIREFOX); run by hand, the system's own are taken.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import puppeteer from 'puppeteer-core';

export interface LaunchOptions {
  /** Further command-line arguments. */
  args?: string[];
  /** Chromium only: puppeteer's own arguments to leave out. */
  ignoreDefaultArgs?: string[];
  /** Firefox only: further preferences, or other values for those below. */
  preferences?: Record<string, boolean | number | string>;
  /** Default true; a visible browser helps when a test is being written. */
  headless?: boolean;
}

const chromiumArguments = [
  '--no-sandbox', // its sandbox refuses root, as whom tests in containers run; all pages here are our own
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  // Without network each of these keeps trying to reach its maker's servers.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  // Host candidates as plain addresses: nothing answers multicast DNS in a container.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
];

const firefoxPreferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
};

function executable(variable: string, commands: string[]): string {
  const named = process.env[variable];
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`${variable} names ${named}, which does not exist`);
  }
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const command of commands) {
      if (folder !== '' && existsSync(join(folder, command))) return join(folder, command);
    }
  }
  throw new Error(`No ${commands.join(' or ')} on the PATH, and ${variable} is not set: npm run setup`);
}

export function launchChromium({ args = [], ignoreDefaultArgs = [], headless = true }: LaunchOptions = {}): Promise<Browser> {
  return puppeteer.launch({
    browser: 'chrome',
    executablePath: executable('MEETWIRE_CHROMIUM', ['chromium', 'google-chrome-stable', 'google-chrome']),
    headless,
    ignoreDefaultArgs,
    args: [...chromiumArguments, ...args],
  });
}

/** Driven over WebDriver BiDi: what only the devtools protocol has is missing from its pages. */
export function launchFirefox({ args = [], preferences = {}, headless = true }: LaunchOptions = {}): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: executable('MEETWIRE_FIREFOX', ['firefox-esr', 'firefox']),
    headless,
    args,
    extraPrefsFirefox: { ...firefoxPreferences, ...preferences },
  });
}
