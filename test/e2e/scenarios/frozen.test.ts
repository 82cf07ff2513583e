import { readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { volume } from '../../adapters/cli/support.js'
import { directory } from '../../support/mounted.js'
import { answer, webServer } from '../../support/web-server.js'
import { mayUnshare, startPod } from '../namespace.js'
import { logs, startSidecar } from './stage.js'

/** One directory with a file that never updates, one that does, and a webhook. */
const scene = async () => {
  const [frozen, live] = [await volume({ 'a.yml': '1' }), await volume({ 'b.yml': '1' })]
  const place = await directory()
  writeFileSync(join(place, 'a.yml'), '')
  const file = join(frozen.path, readlinkSync(join(frozen.path, '..data')), 'a.yml')
  const before = ['sh', '-c', `mount --bind ${file} ${place}/a.yml; exec "$@"`, 'sh']
  const target = await webServer([answer(200)])
  const words = [`--webhook-url=${target.url}`, '--web.listen-address=127.0.0.1:0', `--volume-dir=${place}`]
  return { live, before, target, words, pod: await startPod() }
}

describe.skipIf(!mayUnshare)('a volume that never updates, as subPath makes one [needs namespaces]', () => {
  it('is told, and does not keep configmap-reload from minding the others', async () => {
    const { live, before, target, words, pod } = await scene()
    const reloader = startSidecar(pod, {}, [...words, `--volume-dir=${live.path}`], before)
    await logs(reloader, '"msg":"mount never updates"')
    await logs(reloader, '"msg":"watching"')
    expect(reloader.err()).toContain('is a subPath mount: it never updates')
    await live.swap({ 'b.yml': '2' })
    await vi.waitFor(() => expect(target.heard).toHaveLength(1), 10_000)
  }, 60_000)
  it('ends configmap-reload with 1 when there is no other', async () => {
    const { before, words, pod } = await scene()
    const reloader = startSidecar(pod, {}, words, before)
    await expect(reloader.exited).resolves.toBe(1)
    expect(reloader.err()).toContain('"code":"MOUNT_STATIC"')
  }, 60_000)
})
