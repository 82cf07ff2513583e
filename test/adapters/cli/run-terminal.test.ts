import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stripVTControlCharacters } from 'node:util'
import { expect, it, onTestFinished, vi } from 'vitest'
import { describeWith, installed } from '../../support/servers.js'
import { quoteWords } from '../../../packages/adapters/src/cli/words.js'
import { bin, script as write, volume } from './support.js'

describeWith('script', 'on a real terminal', () => {
  it('Ctrl-C stops the command by its own stop signal, once', async () => {
    const mount = await volume({ a: '1' })
    const child = await write(`
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {
  console.log('got', name)
  if (name === 'SIGTERM') setTimeout(() => process.exit(9), 100)
})
console.log('up')
setInterval(() => {}, 1000)`)
    const argv = [process.execPath, bin, 'run', '--mount', mount.path, '--signal', 'HUP']
    // Without exec, a shell between dies of Ctrl-C itself, and its code is the one that is seen.
    const line = quoteWords([...argv, '--', process.execPath, child])
    const terminal = spawn(installed('script') ?? '', ['-qec', `exec ${line}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    onTestFinished(() => void terminal.kill('SIGKILL'))
    const exited = once(terminal, 'close')
    let shown = ''
    terminal.stdout.on('data', (chunk: Buffer) => (shown += stripVTControlCharacters(chunk.toString())))
    await vi.waitFor(() => expect(shown).toMatch(/^up\r?$/m), 5000)
    terminal.stdin.write('\u0003')
    const [code] = (await exited) as [number]
    expect(code).toBe(9)
    expect([...shown.matchAll(/got (\w+)/g)].map(([, name]) => name)).toEqual(['SIGTERM'])
    expect(shown).toMatch(/^hotmount \d\d:\d\d:\d\d ✓ watching /m)
  })
})
