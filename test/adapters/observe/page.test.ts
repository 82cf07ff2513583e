import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reload, type Reaction, ReactionError } from '@hotmount/core'
import { serveStatus } from '@hotmount/adapters/observe'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { directory, opened } from '../../support/mounted.js'
import { recorder } from '../../support/recorder.js'
import { describeWith } from '../../support/servers.js'
import { isTooWide, paleTexts, startBrowser, visit } from './browsing.js'
import { ask, scene, served } from './observing.js'

const patience = { timeout: 15_000 }
const phone = { viewport: { width: 390, height: 844 } }

/** Refuses what says `bad`, as nginx does. */
const nginx: Reaction = {
  name: 'nginx',
  check: (snapshot) => {
    if (snapshot.text('a') !== 'bad') return
    const where = { reaction: 'nginx', stage: 'check', revision: snapshot.revision } as const
    const said = 'nginx: nginx -t exited with code 1\n[emerg] unexpected "}" in /etc/nginx/conf.d/a:12'
    throw new ReactionError('CHECK_FAILED', where, said, { hint: 'mend line 12' })
  },
  apply: () => undefined,
  verify: () => '2 new workers',
}

describeWith('chromium', 'the page', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  }, 60_000)
  afterAll(() => browser.close())

  it('says what is mounted and what runs, and follows by itself', async () => {
    const { observed, mount, loop, swap } = await scene(nginx)
    const { address } = await served([observed])
    const { page, faults } = await visit(browser, address)
    const main = page.getByRole('main')
    await page.getByRole('heading', { level: 1, name: 'hotmount' }).waitFor()
    await main.getByRole('heading', { name: 'web', exact: true }).waitFor()
    expect(await page.title()).toBe('All in sync: what is mounted is what runs · hotmount')
    expect(await main.textContent()).toContain(mount.snapshot.revision)
    await swap({ a: '2', 'new.conf': 'x' })
    await loop.inSync()
    const history = page.locator('.history')
    await history.getByText(`web changed to ${mount.snapshot.revision}`).waitFor(patience)
    expect(await history.locator('li.key').allTextContents()).toEqual(['+ added new.conf', '~ changed a'])
    await history.getByText('2 new workers').waitFor()

    await swap({ a: 'bad' })
    await page.getByText('The new config was refused: nginx runs on untouched').first().waitFor(patience)
    await vi.waitFor(async () => expect(await page.title()).toMatch(/^The new config was refused/))
    expect(await page.getByRole('status').textContent()).toMatch(/^The new config was refused/)
    await main.getByText('[emerg] unexpected "}" in /etc/nginx/conf.d/a:12').first().waitFor()
    await main.getByText('mend line 12').first().waitFor()
    expect(await history.locator('li.key').allTextContents()).toContain('− removed new.conf')
    expect(faults).toEqual([])
  })

  it('does not claim to know what runs while a failed reload is tried again', async () => {
    const reaction = recorder()
    const { observed, loop, swap } = await scene(reaction, { retry: { min: '10ms', max: '10ms' } })
    const { address } = await served([observed])
    const { page } = await visit(browser, address)
    const tries = { count: 0, end: (): void => undefined }
    // The first try fails, the second does not end before it is told to.
    reaction.behave.apply = () => {
      if (++tries.count === 1) throw new Error('no')
      return new Promise<void>((resolve) => (tries.end = resolve))
    }
    await swap({ a: '2' })
    await vi.waitFor(() => expect([tries.count, loop.status.state]).toEqual([2, 'running']))
    const one = page.locator('.reaction')
    await one.getByText('What runs is in doubt; it is tried again').waitFor(patience)
    await one.getByText('Last proven').waitFor()
    expect(await one.getByText('Runs', { exact: true }).count()).toBe(0)
    expect(await page.title()).toMatch(/^What recorder runs is in doubt/)
    tries.end()
    await one.getByText('What is mounted runs, and that is proven').waitFor(patience)
  })

  it('runs nothing and hides nothing that a key is called', async () => {
    const path = await directory()
    const names = [
      '<img src=x onerror="window.pwned=1">',
      `"><script>window.pwned=1<`,
      "' onmouseover='window.pwned=1",
      '&lt;b&gt;',
      'right\u202Eto left',
      'two\nlines',
      'x'.repeat(250),
    ]
    for (const name of names) await writeFile(join(path, name), 'v')
    const mount = await opened(path)
    const loop = reload(mount, {
      name: '<i>nginx</i>',
      apply: () => undefined,
      verify: () => 'a\u202Eb<\u001B[31m',
    })
    const { address } = await served([{ name: '<u>web</u>', mount, loops: [loop] }])
    for (const name of names) await writeFile(join(path, name), 'w')
    await mount.resync()
    await loop.inSync()
    const { page, faults } = await visit(browser, address, phone)
    await page.getByText('7 keys').click()
    const shown = await page.locator('.mount .keys li').allTextContents()
    expect(shown.toSorted()).toEqual(
      [
        ...names.slice(0, 4),
        String.raw`right\u{202e}to left`,
        String.raw`two\u{a}lines`,
        'x'.repeat(250),
      ].toSorted(),
    )
    await page.getByRole('heading', { name: '<u>web</u>', exact: true }).waitFor()
    await page
      .getByText(String.raw`a\u{202e}b<\u{1b}[31m`)
      .first()
      .waitFor()
    expect(await page.evaluate(() => 'pwned' in globalThis)).toBe(false)
    expect(await isTooWide(page)).toBe(false)
    expect(faults).toEqual([])
  })

  it.each(['light', 'dark'] as const)('can be read on a phone, %s', async (colorScheme) => {
    const { observed, volume, mount, swap } = await scene(nginx)
    const { address } = await served([observed])
    await swap({ a: '2', b: '1' })
    await swap({ a: 'bad', b: '2' })
    await volume.detach()
    await mount.resync()
    const { page, faults } = await visit(browser, address, { ...phone, colorScheme })
    await page.getByText('Restart this container').first().waitFor()
    expect(await paleTexts(page)).toEqual([])
    expect(await isTooWide(page)).toBe(false)
    const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor')
    expect(ground).toBe(colorScheme === 'dark' ? 'rgb(14, 18, 16)' : 'rgb(243, 244, 241)')
    expect(faults).toEqual([])
  })

  it('keeps what was opened and what is being copied, while it follows', async () => {
    const { observed, mount, loop, swap } = await scene(nginx)
    const { address } = await served([observed])
    const { page } = await visit(browser, address)
    await page.getByText('1 key').click()
    await swap({ a: '2' })
    await loop.inSync()
    await page.getByText(`web changed to ${mount.snapshot.revision}`).waitFor(patience)
    expect(await page.locator('details').getAttribute('open')).not.toBeNull()
    await page.evaluate("getSelection().selectAllChildren(document.querySelector('.mount dl'))")
    await swap({ a: '3' })
    const answered = page.waitForResponse(`${address}/`, patience)
    await answered
    await (await page.waitForResponse(`${address}/`, patience)).finished()
    expect(await page.evaluate('getSelection().isCollapsed')).toBe(false)
    await page.evaluate('getSelection().removeAllRanges()')
    await page.getByText(`web changed to ${mount.snapshot.revision}`).waitFor(patience)
  })

  it('says when nobody answers any more, and takes it back', async () => {
    const { observed } = await scene(nginx)
    const first = await serveStatus([observed], { listen: '0' })
    const { page } = await visit(browser, first.address)
    const alert = page.getByRole('alert')
    expect(await alert.isVisible()).toBe(false)
    await first.close()
    await alert.waitFor(patience)
    expect(await alert.textContent()).toMatch(/^No answer since .*\d+:\d+.*may be old/)
    await served([observed], { listen: first.address.replace('http://', '') })
    await alert.waitFor({ ...patience, state: 'hidden' })
  })

  it('says the same without its script, and loads itself anew', async () => {
    const { observed, swap, loop } = await scene(nginx)
    const { address } = await served([observed])
    await swap({ a: '2' })
    await loop.inSync()
    const { page } = await visit(browser, address, { javaScriptEnabled: false })
    await page.getByText('2 new workers').first().waitFor()
    expect((await ask(address, '/')).body).toContain(
      '<noscript><meta http-equiv="refresh" content="10"></noscript>',
    )
  })

  it('asks its reader for the token', async () => {
    const { observed, mount, swap } = await scene(recorder())
    const bearerFile = join(await directory(), 'token')
    await writeFile(bearerFile, 'open-sesame')
    const { address } = await served([observed], { bearerFile })
    const httpCredentials = { username: 'anybody', password: 'open-sesame' }
    const { page, faults } = await visit(browser, address, { httpCredentials })
    await swap({ a: '2' })
    await page.getByText(`web changed to ${mount.snapshot.revision}`).waitFor(patience)
    expect(faults).toEqual([])
  })
})

it('allows its page nothing but its own style, script and answers', async () => {
  const { observed } = await scene(recorder())
  const { address } = await served([observed])
  const { headers, body } = await ask(address, '/')
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  )
  expect(body).not.toMatch(/https?:(?!\/\/www\.w3\.org\/2000\/svg)|\sstyle=|\son\w+=/)
})
