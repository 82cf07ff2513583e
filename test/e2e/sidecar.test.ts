import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { type SimulatedMount, simulateMount } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { scratch } from '../adapters/process/children.js'
import { answering } from '../adapters/servers/nginx-process.js'
import { installed } from '../support/servers.js'
import { asPid1, begin, mayUnshare, type Pod, startPod, type Started } from './namespace.js'

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url))
const master = fileURLToPath(new URL('../adapters/process/fixtures/master.mjs', import.meta.url))

type Line = Readonly<Record<string, unknown>>

const linesOf = ({ out }: Started): readonly Line[] =>
  out()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)

/** Waits for a report with these fields. */
const reported = (sidecar: Started, fields: Line): Promise<Line> =>
  vi.waitFor(
    () => {
      expect(linesOf(sidecar)).toContainEqual(expect.objectContaining(fields))
      return (
        linesOf(sidecar).find((line) =>
          Object.entries(fields).every(([key, value]) => line[key] === value),
        ) ?? {}
      )
    },
    { timeout: 15_000, interval: 20 },
  )

const askSocket = (socketPath: string): Promise<string> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path: '/', agent: false }, (response) => {
      response.setEncoding('utf8').once('data', resolve)
    })
      .once('error', reject)
      .end()
  })

/** A volume, and a sidecar in the pod that watches it for the server of this name. */
const watching = async (
  pod: Pod,
  server: string,
  { before = [], uid = '' }: { before?: readonly string[]; uid?: string } = {},
): Promise<{ volume: SimulatedMount; sidecar: Started }> => {
  const volume = await simulateMount({ 'site.conf': 'one' })
  onTestFinished(() => volume[Symbol.asyncDispose]())
  const argv = [process.execPath, fixture('sidecar'), volume.path, server, 'SIGHUP', 'newWorkers', uid]
  const sidecar = pod.run(argv, before)
  await reported(sidecar, { outcome: 'watching' })
  return { volume, sidecar }
}

/** A server of two workers that takes HUP, under this name, in a container of its own. */
const startServer = async (pod: Pod, name: string, before: readonly string[] = []): Promise<Started> => {
  // `exec -a`: its own name, so that no other program of this machine is meant.
  const server = pod.run(['bash', '-c', `exec -a ${name} ${process.execPath} ${master}`], before)
  await vi.waitFor(() => expect(server.out()).toContain('ready'), 10_000)
  return server
}
/** What makes a program look as if it ran in a container of this pod, to those in the namespace. */
const inPod = (uid: string): readonly string[] => {
  const file = join(scratch(), 'cgroup')
  writeFileSync(file, `0::/kubepods/pod${uid}/ab12\n`)
  return ['sh', '-c', `mount --bind ${file} /proc/$$/cgroup; exec "$@"`, 'sh']
}
const name = 'hm-server'

describe.skipIf(!mayUnshare)('a sidecar in a shared pid namespace [needs namespaces]', () => {
  describe.skipIf(installed('nginx') === undefined)('beside a real nginx [needs nginx]', () => {
    it('finds its master, whose parent is no process of the pod, and proves the reload', async () => {
      const pod = await startPod()
      const { volume, sidecar } = await watching(pod, 'nginx')
      const work = join(scratch(), 'nginx')
      mkdirSync(work)
      const socket = `unix:${work}/http.sock`
      const site = (text: string): string => answering(0, text).replace(/127\.0\.0\.1:0/, socket)
      const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      writeFileSync(
        join(work, 'nginx.conf'),
        `user root; worker_processes 2; daemon off; pid ${work}/pid; error_log ${work}/error.log; events {}
         http { access_log off; ${temp.map((each) => `${each}_temp_path ${work}/${each};`).join(' ')}
         include ${volume.path}/*.conf; }`,
      )
      await volume.swap({ 'site.conf': site('old') })
      // The swap is seen before there is an nginx: not found, and tried again until it is there.
      await reported(sidecar, { code: 'TARGET_NOT_FOUND', state: 'dirty' })
      const nginx = pod.run([installed('nginx') ?? '', '-c', join(work, 'nginx.conf')])
      await reported(sidecar, { outcome: 'applied', evidence: '2 new workers' })
      const revision = await volume.swap({ 'site.conf': site('new') })
      await reported(sidecar, { outcome: 'applied', revision, evidence: '2 new workers', state: 'inSync' })
      expect(await askSocket(`${work}/http.sock`)).toBe('new')
      expect(linesOf(sidecar)[0]).toMatchObject({ ppid: 0 })
      expect(nginx.child.exitCode).toBeNull()
    })
  })

  it('waits for a server that comes later, and no change is lost', async () => {
    const pod = await startPod()
    const { volume, sidecar } = await watching(pod, name)
    await volume.swap({ 'site.conf': 'two' })
    await reported(sidecar, {
      outcome: 'failed',
      code: 'TARGET_NOT_FOUND',
      message: `there is no process named ${name}`,
      hint: expect.stringContaining('shareProcessNamespace: true') as string,
    })
    const last = await volume.swap({ 'site.conf': 'three' })
    await startServer(pod, name)
    await reported(sidecar, { outcome: 'applied', revision: last, state: 'inSync' })
  })

  it('explains that it may not signal a server of another user', async () => {
    const pod = await startPod()
    const noKill = ['setpriv', '--bounding-set=-kill', '--inh-caps=-kill']
    const { volume, sidecar } = await watching(pod, name, { before: noKill })
    // The checkout may lie where that user may not look.
    const mayRead = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search']
    const server = await startServer(pod, name, ['setpriv', '--reuid=65534', '--clear-groups', ...mayRead])
    await volume.swap({ 'site.conf': 'two' })
    await reported(sidecar, {
      outcome: 'failed',
      code: 'TARGET_FORBIDDEN',
      hint: 'run as the same user (runAsUser) or add the capability KILL to securityContext',
      state: 'dirty',
    })
    expect(server.out()).toBe('ready\n')
  })

  it('leaves the server of another pod alone where the node shows it', async () => {
    const [ours, other] = ['6f2c1c9e-3b7a-4d55-9a0e-0c7e8b1d2f33', '0b9d7c52-1111-4222-8333-944445555666']
    const pod = await startPod()
    const { volume, sidecar } = await watching(pod, name, { uid: ours })
    const stranger = await startServer(pod, name, inPod(other))
    await volume.swap({ 'site.conf': 'two' })
    await reported(sidecar, {
      code: 'TARGET_NOT_FOUND',
      message: `there is no process named ${name} in this pod; 1 in other pods of the node is left alone`,
    })
    const own = await startServer(pod, name, inPod(ours))
    await reported(sidecar, { outcome: 'applied', state: 'inSync' })
    expect(own.out()).toContain('HUP 1')
    expect(stranger.out()).toBe('ready\n')
  })

  it('never signals a process that was given the pid of its target', async () => {
    const [file, ...args] = asPid1([process.execPath, fixture('reuse')])
    const { out, exited } = begin(file, args)
    await expect(exited).resolves.toBe(0)
    const { pinned, pid, stale, heard, again, atLast } = JSON.parse(out()) as Record<string, unknown>
    expect(pid).toBe(pinned)
    expect(stale).toEqual({
      code: 'TARGET_NOT_FOUND',
      retryable: true,
      message: `process named hm-target (pid ${String(pid)}) has ended`,
    })
    expect(heard).toEqual(['ready'])
    // Found anew, it is a target like any other.
    expect([again, atLast]).toEqual(['sent', ['ready', 'HUP']])
  })
})
