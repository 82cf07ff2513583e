import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandProbe } from '@hotmount/adapters/probe'
import { describe, expect, it } from 'vitest'
import { scratch } from '../process/children.js'

const never = new AbortController().signal

describe('commandProbe', () => {
  it('asks again until the exit code is 0', async () => {
    const file = join(scratch(), 'tries')
    const probe = commandProbe(['sh', '-c', 'echo x >>"$0"; test $(wc -l <"$0") -ge 3', file])
    await expect(probe.run(never)).resolves.toBe('command sh exited with code 0')
    expect(readFileSync(file, 'utf8')).toBe('x\nx\nx\n')
  })
  it.each([
    [['sh', '-c', 'echo swordfish; exit 3'], 'it exited with code 3'],
    [['hotmount-none'], 'it was not found'],
    [['sleep', '60'], 'it did not end within 300 ms and was killed'],
  ] as const)('fails with %j, without its output', async ([file, ...args], why) => {
    await expect(commandProbe([file, ...args], { within: 300 }).run(never)).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: `command ${file} did not hold within 300 ms: ${why}`,
    })
  })
  it('stops when aborted, with the reason', async () => {
    const controller = new AbortController()
    const running = commandProbe(['sleep', '60']).run(controller.signal)
    const reason = new Error('closing')
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
  })
})
