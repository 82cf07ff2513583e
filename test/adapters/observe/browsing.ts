import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installed } from '../../support/servers.js'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

/** Starts the Chromium of this machine. It asks nobody for anything but what a page says. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: installed('chromium') ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/** A page that was opened, and whatever went wrong on it. */
export interface Visit {
  readonly page: Page
  /** Errors, refused styles and scripts, and requests to anywhere else. */
  readonly faults: string[]
}

/** Opens a page in a profile of its own. */
export const visit = async (
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Visit> => {
  const context = await browser.newContext(options)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(address) && !url.startsWith('data:')) faults.push(`asked for ${url}`)
  })
  await page.goto(address)
  return { page, faults }
}

/** Texts whose contrast with what is behind them is below 4.5 to 1, as WCAG AA counts it. */
export const paleTexts = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(readFileSync(join(import.meta.dirname, 'fixtures/pale-texts.mjs'), 'utf8'))
  return page.evaluate('paleTexts()')
}

/** Whether something of the page is wider than its window: a phone would have to be moved to and fro. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > innerWidth')
