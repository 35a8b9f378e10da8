import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A real browser without a window: `CHROMIUM` names one that lies elsewhere. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = [process.env.CHROMIUM ?? '', ...PLACES].find(existsSync);
  if (executablePath === undefined) {
    throw new Error(
      'There is no Chromium here. On Debian: apt-get install chromium. Elsewhere: CHROMIUM=/path/to/chromium npm run test:page.',
    );
  }
  // Chromium refuses its sandbox to root, as which containers run.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

export interface Opened {
  readonly page: Page;
  /** What went wrong, or left the file, since it was opened. */
  readonly complaints: readonly string[];
}

export async function openFile(
  browser: Browser,
  file: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.stack}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    // What the page saves is made of a blob of its own.
    if (!/^(file|blob):/.test(url)) complaints.push(`request: ${url}`);
  });
  await page.goto(`file://${file}`);
  return { page, complaints };
}
