import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pidFile, signal, supervise, type Argv, type Supervisor } from '@hotmount/adapters/process'
import type { Reaction } from '@hotmount/core'
import type { SignalReceipt } from '@hotmount/adapters/process'
import { expect, it, onTestFinished, vi } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { describeWith, installed } from '../../support/servers.js'
import { changeOf, contextOf } from '../process/changes.js'
import { scratch } from '../process/children.js'
import { ask } from './nginx-process.js'

const change = changeOf({ a: 'old' }, { a: 'new' })
const context = contextOf(change)
const perform = async (reaction: Reaction<SignalReceipt>): Promise<string | void> => {
  await reaction.check?.(change.snapshot, context)
  return reaction.verify?.(await reaction.apply(change, context), context)
}

const start = async (argv: Argv, port: number): Promise<Supervisor> => {
  const supervisor = supervise(argv, { grace: '3s' })
  onTestFinished(async () => void (await supervisor.stop()))
  await vi.waitFor(async () => expect(await ask(port)).toMatch(/^v/), 10_000)
  return supervisor
}

describeWith('gunicorn', 'gunicorn by signal', () => {
  it('takes a new config, proven by its workers, and its pid file names the master', async () => {
    const [port, directory] = [await freePort(), scratch()]
    mkdirSync(join(directory, 'app'))
    const write = (version: string): void => {
      writeFileSync(
        join(directory, 'app.py'),
        `def app(environ, start):\n    start('200 OK', [])\n    return [b'${version}']\n`,
      )
      writeFileSync(
        join(directory, 'conf.py'),
        `bind = '127.0.0.1:${port}'\nworkers = 2\npidfile = '${directory}/pid'\nchdir = '${directory}'\nloglevel = 'error'\n`,
      )
    }
    write('v1')
    const argv = [installed('gunicorn') ?? '', '-c', join(directory, 'conf.py'), 'app:app'] as const
    const { pid } = await start(argv, port)
    const target = pidFile(join(directory, 'pid'))
    await expect(target.find()).resolves.toMatchObject({ pid })

    write('v2-longer')
    const [file, ...args] = argv
    const reaction = signal(target, 'SIGHUP', {
      check: [file, '--check-config', ...args],
      verify: 'newWorkers',
    })
    await expect(perform(reaction)).resolves.toBe('2 new workers')
    expect(await ask(port)).toBe('v2-longer')

    writeFileSync(join(directory, 'app.py'), 'def app(:\n')
    await expect(perform(reaction)).rejects.toMatchObject({
      code: 'CHECK_FAILED',
      message: expect.stringContaining('SyntaxError'),
    })
    expect(await ask(port)).toBe('v2-longer')
  })
})

describeWith('haproxy', 'haproxy by signal', () => {
  it('takes each config, also when signals follow each other so fast that it would lose one', async () => {
    const [port, directory] = [await freePort(), scratch()]
    const config = join(directory, 'haproxy.cfg')
    const write = (version: string): void =>
      writeFileSync(
        config,
        `defaults\n  mode http\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\nfrontend f\n  bind 127.0.0.1:${port}\n  http-request return status 200 content-type text/plain string ${version}\n`,
      )
    write('v1')
    const file = installed('haproxy') ?? ''
    const supervisor = await start([file, '-W', '-db', '-q', '-f', config], port)
    const reaction = supervisor.signal('SIGUSR2', {
      check: [file, '-c', '-q', '-f', config],
      verify: 'newWorkers',
    })
    for (const version of ['v2', 'v3']) {
      write(version)
      await reaction.apply(change, context)
    }
    write('v4')
    await expect(perform(reaction)).resolves.toBe('1 new worker')
    expect(await ask(port)).toBe('v4')
  })
})
