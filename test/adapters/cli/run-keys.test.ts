import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { launch, logged, type Running, script, volume } from './support.js'

const node = process.execPath
const idle = `console.log('up'); setInterval(() => {}, 1000)`

/** A wrapped command whose check prints a key that --keys leaves out, and refuses. */
const refusing = async (mountPath: string): Promise<Running> => {
  const check = `sh -c 'cat ${path.join(mountPath, 'other')} | head -c 200; exit 1'`
  const flags = ['run', '--mount', mountPath, '--keys', 'app', '--signal', 'HUP', '--check', check]
  const running = launch([...flags, '--', node, await script(idle)])
  await vi.waitFor(() => expect(running.out()).toBe('up\n'), 5000)
  return running
}

describe('a check that prints what --keys leaves out', () => {
  it('has its values taken out, also those that came later', async () => {
    const mount = await volume({ app: '1', other: 'user alice\npassword correcthorse\n' })
    const running = await refusing(mount.path)
    const first = await mount.swap({ app: '2', other: 'user alice\npassword correcthorse\n' })
    const refused = await logged(running, { msg: 'config rejected', revision: first })
    expect(refused).toMatchObject({ code: 'CHECK_FAILED' })
    expect(String(refused['error'])).toContain('exited with code 1: [redacted]')
    await mount.swap({ app: '2', other: 'password battery-staple\n' })
    const second = await mount.swap({ app: '3', other: 'password battery-staple\n' })
    await logged(running, { msg: 'config rejected', revision: second })
    expect(/horse|staple/.test(running.err())).toBe(false)
  })
  it('is not quoted at all when that cannot be read', async () => {
    const mount = await volume({ app: '1', other: 'correcthorse '.repeat(1_400_000) })
    const running = await refusing(mount.path)
    const revision = await mount.patch({ app: '2' })
    const refused = await logged(running, { msg: 'config rejected', revision })
    expect(String(refused['error'])).toContain('exited with code 1 (its output is withheld')
    expect(running.err()).not.toContain('horse')
  })
})
