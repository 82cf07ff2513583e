import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '@hotmount/adapters/process'
import { describe, expect, it } from 'vitest'
import { changeOf, contextOf } from './changes.js'
import { scratch } from './children.js'

const change = changeOf({ b: 'old', c: 'old', gone: 'x' }, { b: 'swordfish', c: 'hunter2000', new: 'y' })
const context = contextOf(change)

describe('command', () => {
  it('is applied by exit code 0, told of the change without values', async () => {
    const file = join(scratch(), 'env')
    const reaction = command(['sh', '-c', 'env >"$0"', file])
    const evidence = await reaction.verify?.(await reaction.apply(change, context), context)
    expect(evidence).toBe('sh exited with code 0')
    const env = readFileSync(file, 'utf8')
    expect(env).toContain('HOTMOUNT_REVISION=r2\n')
    expect(env).toContain(`HOTMOUNT_DIGEST=${change.snapshot.digest}\n`)
    expect(env).toContain('HOTMOUNT_CHANGED=b\nc\n')
    expect(env).toContain('HOTMOUNT_ADDED=new\n')
    expect(env).toContain('HOTMOUNT_REMOVED=gone\n')
    expect(env).not.toContain('swordfish')
  })
  it('runs for a change of more names than a variable holds, and tells how many', async () => {
    const keys = Array.from({ length: 700 }, (_, index) => `${index}`.padStart(200, 'k'))
    const many = changeOf({}, Object.fromEntries(keys.map((key) => [key, '1'])))
    const file = join(scratch(), 'env')
    const print = command(['sh', '-c', `env > ${file}`])
    expect(await print.apply(many, contextOf(many))).toBe('sh exited with code 0')
    const env = readFileSync(file, 'utf8')
    expect(env).toContain('HOTMOUNT_ADDED_COUNT=700\n')
    expect(env).not.toContain('HOTMOUNT_ADDED=')
  })

  it('fails by any other, with its output but no value', async () => {
    await expect(
      command(['sh', '-c', 'echo "bad swordfish" >&2; exit 7']).apply(change, context),
    ).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      stage: 'apply',
      reaction: 'command sh',
      revision: 'r2',
      retryable: true,
      message: 'sh exited with code 7: bad [redacted]',
    })
  })
  it('fails when it takes too long', async () => {
    await expect(command(['sleep', '60'], { timeout: 100 }).apply(change, context)).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: 'sleep did not end within 100 ms and was killed',
    })
  })
  it('says when it is not there', async () => {
    await expect(command(['hotmount-none']).apply(change, context)).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      message: 'hotmount-none was not found',
      hint: expect.stringContaining('PATH'),
    })
  })
  it('runs its check before', async () => {
    const reaction = command(['true'], { check: ['sh', '-c', 'echo no; exit 1'] })
    await expect(reaction.check?.(change.snapshot, context)).rejects.toMatchObject({
      code: 'CHECK_FAILED',
      message: 'the check of command true (sh) exited with code 1: no',
    })
    expect('check' in command(['true'])).toBe(false)
  })
  it('asks its probe, whose evidence counts', async () => {
    const verify = { describe: 'a probe', run: () => Promise.resolve('answers') }
    const reaction = command(['true'], { verify })
    await expect(reaction.verify?.(await reaction.apply(change, context), context)).resolves.toBe('answers')
  })
  it('refuses a time-out that is none', () => {
    expect(() => command(['true'], { timeout: '1 day' as '1h' })).toThrow(
      expect.objectContaining({ code: 'BAD_DURATION' }),
    )
  })
})
