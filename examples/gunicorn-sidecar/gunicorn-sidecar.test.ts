import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { simulateMount } from '@hotmount/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../test/support/free-port.js'
import { runExample } from '../../test/support/running-example.js'
import { describeWith, installed } from '../../test/support/servers.js'

const app = `
import os

def app(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [('%s %d' % (os.environ['GREETING'], os.getpid())).encode()]
`

const settings = (greeting: string): Record<string, string> => ({
  'gunicorn.conf.py': `workers = 2\nraw_env = ['GREETING=${greeting}']\n`,
})

const ask = async (port: number): Promise<{ greeting: string; worker: string } | undefined> => {
  const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
  const [greeting = '', worker = ''] = (await response?.text())?.split(' ') ?? []
  return response && { greeting, worker }
}

const start = async (greeting: string) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'hotmount-gunicorn-'))
  // Other masters may run on this machine: the name of the app tells ours.
  const name = `app_${path.basename(directory).replaceAll(/\W/g, '_')}`
  await writeFile(path.join(directory, `${name}.py`), app)
  const volume = await simulateMount(settings(greeting))
  const port = await freePort()
  const config = path.join(volume.path, 'gunicorn.conf.py')
  const argv = ['-c', config, '-b', `127.0.0.1:${port}`, '--chdir', directory, `${name}:app`]
  const gunicorn = spawn(installed('gunicorn') ?? 'gunicorn', argv, { stdio: 'ignore' })
  const ended = once(gunicorn, 'exit')
  onTestFinished(async () => {
    if (gunicorn.exitCode === null) gunicorn.kill('SIGTERM')
    await ended
    await volume[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })
  await expect.poll(async () => (await ask(port))?.greeting, { timeout: 15_000 }).toBe(greeting)
  const sidecar = runExample('gunicorn-sidecar/main', [volume.path, `${name}:app`], { cwd: directory })
  onTestFinished(() => sidecar[Symbol.asyncDispose]())
  await sidecar.printed(/watching/)
  return { volume, port, sidecar, gunicorn }
}

describeWith('gunicorn', 'gunicorn beside the sidecar', () => {
  it('replaces its workers and serves the new setting, under the same master', async () => {
    const { volume, port, sidecar, gunicorn } = await start('one')
    const old = (await ask(port))?.worker
    await volume.swap(settings('two'))
    await sidecar.printed(/gunicorn runs /)
    const now = await ask(port)
    expect(now?.greeting).toBe('two')
    expect(now?.worker).not.toBe(old)
    expect(gunicorn.exitCode).toBeNull()
  }, 40_000)

  it('does not signal for a config that would end gunicorn, and takes the mended one', async () => {
    const { volume, port, sidecar, gunicorn } = await start('one')
    const old = await ask(port)
    await volume.swap({ 'gunicorn.conf.py': 'workers = = 2\n' })
    await sidecar.printed(/gunicorn: rejected: /)
    expect((await ask(port))?.greeting).toBe(old?.greeting)
    expect(gunicorn.exitCode).toBeNull()
    await volume.swap(settings('three'))
    await sidecar.printed(/gunicorn runs /)
    expect((await ask(port))?.greeting).toBe('three')
  }, 40_000)
})
