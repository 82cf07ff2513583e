import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { finish, launch, logged, volume } from '../../adapters/cli/support.js'
import { answering, ask } from '../../adapters/servers/nginx-process.js'
import { freePort } from '../../support/free-port.js'
import { describeWith } from '../../support/servers.js'
import { answer, webServer } from '../../support/web-server.js'
import { nginxFiles } from './nginx-files.js'
import { line, startServer } from './stage.js'

const reloadsOf = (work: string): number =>
  readFileSync(join(work, 'error.log'), 'utf8').match(/received.*, reconfiguring/g)?.length ?? 0

describeWith('nginx', 'S9: reload on a schedule, behind a readiness probe', () => {
  it('looks every second, reloads only when something changed, and asks whether nginx is ready', async () => {
    const port = await freePort()
    const conf = await volume({ 'default.conf': answering(port, 'one') })
    const nginx = nginxFiles(`${conf.path}/*.conf`)
    const wrapper = launch(
      line(`run --mount ${conf.path} --keys default.conf --poll 1s --server nginx
        --verify-url http://127.0.0.1:${port}/ -- ${nginx.argv.join(' ')}`),
    )
    await vi.waitFor(async () => expect(await ask(port)).toBe('one'), 10_000)
    // Another revision, and nothing of it is nginx's business.
    await conf.patch({ 'readme.md': 'hello' })
    await conf.patch({ 'default.conf': answering(port, 'two') })
    await logged(wrapper, { msg: 'config applied' })
    expect([await ask(port), reloadsOf(nginx.work)]).toEqual(['two', 1])
  }, 60_000)

  it('reloads in every round where it is told to, and leaves out those in which nginx is not ready', async () => {
    const [port, conf] = [await freePort(), await volume({})]
    await conf.swap({ 'default.conf': answering(port, 'one') })
    const nginx = nginxFiles(`${conf.path}/*.conf`)
    startServer('nginx', nginx.argv.slice(1))
    await vi.waitFor(async () => expect(await ask(port)).toBe('one'), 10_000)
    const ready = await webServer([answer(503), answer(200)])
    const scheduled = launch(
      line(`every 200ms --timeout 1s --ready-url ${ready.url} --verify-url http://127.0.0.1:${port}/
        -- ${nginx.with('-s', 'reload')}`),
    )
    await logged(scheduled, { msg: 'command done' })
    await vi.waitFor(() => expect(reloadsOf(nginx.work)).toBeGreaterThan(1), 10_000)
    scheduled.child.kill('SIGTERM')
    await expect(scheduled.exited).resolves.toBe(0)
    expect(new Set(scheduled.log().map(({ msg }) => msg))).toEqual(new Set(['command done']))
    expect(ready.heard.length).toBeGreaterThan(2)
  }, 60_000)

  it('tells what failed in a round, and goes on', async () => {
    const gone = await freePort()
    const scheduled = launch([
      'every',
      '50ms',
      '--timeout',
      '300ms',
      '--ready-url',
      `http://127.0.0.1:${gone}/`,
      '--',
      'true',
    ])
    await logged(scheduled, { msg: 'not ready, round left out' })
    const failing = launch(['every', '50ms', '--', 'false'])
    await logged(failing, { msg: 'command failed', error: 'false exited with code 1' })
    await vi.waitFor(() => expect(failing.log().length).toBeGreaterThan(1))
  })

  it.each(['every', 'every 1m', 'every --', 'every soon -- true', 'every 0 -- true', 'every 1m 2m -- true'])(
    '%s ends with 2',
    async (words) => {
      const { code, err } = await finish(words.split(' '))
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(/^hotmount: every|^hotmount: no command follows --/),
      ])
    },
  )
})
