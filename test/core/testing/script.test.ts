import { existsSync } from 'node:fs'
import { watchConfigMap } from '@hotmount/core'
import { runScript, type ScriptMount } from '@hotmount/core/testing'
import { describe, expect, it } from 'vitest'

const run = (text: string): Promise<void> => runScript(text, { watch: watchConfigMap, timeoutMs: 100 })

/** A watcher that is in trouble from the start. */
const troubled = async (): Promise<ScriptMount> => ({
  snapshot: { keys: () => [], bytes: () => new Uint8Array() },
  on: (event: string, listener: (error: never) => void) =>
    event === 'error' && listener({ code: 'WATCH_LIMIT' } as never),
  resync: async () => undefined,
  close: async () => undefined,
})

describe('a script that does not come true', () => {
  it.each([
    [
      'mount a=1\nwatch\nswap a=2 b=1\nexpect change changed=a',
      '4: expected change changed=a, came change added=b changed=a',
    ],
    ['mount a=1\nwatch\n\nexpect error MOUNT_EMPTIED', '4: expected error MOUNT_EMPTIED, came nothing'],
    [
      'mount a=1\nwatch\nswap\nexpect error MOUNT_DETACHED',
      '4: expected error MOUNT_DETACHED, came error MOUNT_EMPTIED',
    ],
    ['mount a=1\nwatch\nswap a=2\nexpect nothing', '4: expected nothing, came change changed=a'],
    ['mount a=1\nwatch\nexpect refused MOUNT_STATIC', '3: expected refused MOUNT_STATIC, came open'],
    ['watch\nexpect open', '2: the watch was refused with MOUNT_MISSING'],
    [
      'mount a=1 b=1\nwatch\nexpect snapshot a=2 c=1',
      '3: the snapshot is not as expected: missing=c extra=b different=a',
    ],
    [
      'mount a=1\nwatch\nexpect finally a=2',
      '3: expected changes until the snapshot fits (different=a), came nothing',
    ],
    ['mount a=1\nwatch\nswap a=2\nexpect finally a=2\nswap\nexpect finally a=1', '6: expected changes until'],
    ['mount a=1\ncrash after unlink swap a=2', '2: this write does not unlink'],
    ['mount a=1\nfail at unlink swap a=2', '2: this write does not fail at unlink'],
  ])('%j says where and why', async (text, message) => {
    await expect(run(text)).rejects.toThrow(`script:${message}`)
  })

  it('fails for what came and no line expects', async () => {
    await expect(runScript('mount\nwatch', { watch: troubled })).rejects.toThrow(
      'at the end came error WATCH_LIMIT',
    )
  })
})

describe('a script that makes no sense', () => {
  it.each([
    ['mount a=1\nswop a=2', '2: there is no verb swop'],
    ['mount a', '1: key=value is wanted here'],
    ['mount a="x', '1: a quote is not closed'],
    ['swap a=1', '1: there is no volume yet'],
    ['mount a=1\nexpect nothing', '2: nothing is watched yet'],
    ['mount a=1\nwatch\nexpect wonders', '3: there is no expect wonders'],
    ['mount a=1\nwatch volume=11', '2: there is no option volume'],
    ['mount a=1\nwatch wait=soon', '2: soon is not a time'],
    ['mount a=1\nwatch\nwatch', '3: a script has one watch'],
    ['mount a=1\ncrash after lunch swap a=2', '2: there is no step lunch'],
    ['mount a=1\ncrash before link swap a=2', '2: crash after STEP, or crash before publish'],
    ['order backwards', '1: order is current or links-first'],
    ['mount ..a=1', '1: a kubelet refuses the key "..a"'],
  ])('%j says where and why', async (text, message) => {
    await expect(run(text)).rejects.toThrow(`script:${message}`)
  })
})

describe('every script', () => {
  it('names no value when it fails', async () => {
    const failure = await run('mount a=hunter2\nwatch\nexpect snapshot a=swordfish').catch(
      (error: unknown) => error,
    )
    expect(String(failure)).toContain('different=a')
    expect(String(failure)).not.toMatch(/hunter2|swordfish/)
  })

  it('leaves no directory and no open mount, whatever happens', async () => {
    const seen: { path: string; signal: AbortSignal }[] = []
    const text = 'mount a=1\nwatch\nexpect error MOUNT_EMPTIED'
    const watch = async (...args: Parameters<typeof watchConfigMap>): ReturnType<typeof watchConfigMap> => {
      const mount = await watchConfigMap(...args)
      seen.push(mount)
      return mount
    }
    await expect(runScript(text, { watch, timeoutMs: 10 })).rejects.toThrow('came nothing')
    expect(seen.map(({ path, signal }) => [existsSync(path), signal.aborted])).toEqual([[false, true]])
  })

  it('reads quotes, comments, repeats and bytes', async () => {
    const text = String.raw`
      mount a="x \"y\" # no comment\n" b=c#d   # a comment with a " quote
      watch
      expect snapshot b=c#d a="x \"y\" # no comment\n"
      swap a=@repeat("x y",3) b=@hex(00ff)
      expect change changed=b,a
      expect snapshot a="x yx yx y" b=@hex(00ff)`
    await expect(run(text)).resolves.toBeUndefined()
  })
})
