import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { httpProbe } from '@hotmount/adapters/probe'
import { supervise } from '@hotmount/adapters/process'
import { reload, watchConfigMap } from '@hotmount/core'
import { same, until } from './expectations.js'
import type { Scene } from './scene.js'
import { verdictsOf } from './verdicts.js'
import { ask, freePorts } from './web.js'

/** A wrapped child gets its signal, and is believed to have reloaded only once it is proven. */
export const childScene: Scene = {
  title: 'A wrapped child gets SIGHUP, and has to prove that it reloaded',
  missing: () => (existsSync('/proc/self/status') ? undefined : 'signals need Linux with /proc'),
  play: async (stage) => {
    const { claims, workshop, signal } = stage
    const volume = await workshop.mount('/etc/daemon', { 'daemon.conf': 'level=1\n' })
    const mount = await watchConfigMap(volume.path, { signal })
    workshop.atEnd(() => mount.close())
    const [port = 0] = await freePorts(1)
    const file = fileURLToPath(new URL('daemon.js', import.meta.url))
    const child = supervise([process.execPath, file, `${volume.path}/daemon.conf`, String(port)])
    workshop.atEnd(() => child.stop())
    const pid = child.pid
    const wanted = (): string => mount.snapshot.hash('daemon.conf')
    await claims.that('the child runs with daemon.conf', () =>
      until('the child answers', async () => (await ask(port)) === wanted(), signal),
    )

    // The child answers with the digest of what it has loaded: it must be that of what is mounted.
    const loaded = {
      describe: 'digest of the loaded config',
      run: (within: AbortSignal) =>
        httpProbe(`http://127.0.0.1:${port}/`, { body: wanted(), within: '1500ms' }).run(within),
    }
    const loop = reload(mount, child.signal('SIGHUP', { verify: loaded }), { retry: false })
    const publish = verdictsOf(loop, signal)
    const swap = (text: string) => () => volume.swap({ 'daemon.conf': text })

    stage.edit('daemon.conf', 'level=1 → level=2')
    await claims.that('SIGHUP was sent, and the new config is seen in effect', async () => {
      const { evidence } = await publish(swap('level=2\n'), 'applied')
      same(await ask(port), wanted(), 'digest that the child answers')
      return evidence
    })
    await claims.that(`it is the same process, pid ${pid}`, () => same(child.pid, pid, 'pid'))

    stage.edit('daemon.conf', 'level=2 → lvel=3, which the child drops without a word')
    await claims.that('no proof, so it is reported as failed and not as done', async () => {
      const { error } = await publish(swap('lvel=3\n'), 'failed')
      same(loop.status.state, 'dirty', 'state')
      return error.message
    })

    stage.edit('daemon.conf', 'mended: level=3')
    await claims.that('the mended edit is taken and proven', async () => {
      await publish(swap('level=3\n'), 'applied')
      same(await ask(port), wanted(), 'digest that the child answers')
    })
  },
}
