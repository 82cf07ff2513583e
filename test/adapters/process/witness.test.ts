import { join } from 'node:path'
import { processMatching, type ProcessRef } from '@hotmount/adapters/process'
import { serverReload, type Witness, type Word } from '@hotmount/adapters/servers'
import { describe, expect, it } from 'vitest'
import { readProcess } from '../../../packages/adapters/src/process/procfs.js'
import { changeOf, contextOf } from './changes.js'
import { startReady, type TestChild } from './children.js'

const fixture = join(import.meta.dirname, 'fixtures/master.mjs')
const change = changeOf({ a: 'hunter2000' }, { a: 'swordfish' })

/** Says these words one after the other, the last one for ever; counts how often it was asked. */
const saying = (...words: readonly [Word, ...Word[]]): Witness & { asked: number } => {
  const witness: Witness & { asked: number } = Object.assign(
    async () => async () => {
      const word = words[Math.min(witness.asked++, words.length - 1)]
      return word ?? words[0]
    },
    { asked: 0 },
  )
  return witness
}
/** What is left of a server refuses as soon as the master is gone. */
const orphans: Witness = async (target) => async () =>
  readProcess(target.pid) ? { kind: 'silent' } : { kind: 'refused', said: 'too late' }
const refTo = ({ pid }: TestChild): ProcessRef => ({
  describe: 'the fixture',
  find: async () => ({ pid, startTime: readProcess(pid)?.startTime ?? 0 }),
})
const perform = async (mode: string, witness: Witness, within = 2000): Promise<string | void> => {
  const child = await startReady(process.execPath, [fixture, mode])
  const reaction = serverReload(
    { name: 'fixture', process: processMatching(/^$/), signal: 'SIGHUP', witness },
    { process: refTo(child), within },
  )
  const context = contextOf(change)
  return reaction.verify?.(await reaction.apply(change, context), context)
}

describe("a server's own word", () => {
  it('is told beside what its children show, and not asked for again', async () => {
    const witness = saying({ kind: 'silent' }, { kind: 'taken', evidence: 'reload 2' })
    await expect(perform('good', witness)).resolves.toBe('reload 2; 2 new workers')
    expect(witness.asked).toBe(2)
  })
  it('makes children that stay no proof without it', async () => {
    await expect(perform('good', saying({ kind: 'silent' }))).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: expect.stringMatching(/2 new, and it has not said that it took the config$/),
    })
  })
  it('is no proof without new children', async () => {
    await expect(perform('keeps', saying({ kind: 'taken', evidence: 'reload 2' }))).rejects.toMatchObject({
      message: expect.stringMatching(/it kept its old workers$/),
    })
  })
  it('ends the waiting when it refused, with what it said but no value', async () => {
    const refused = saying({ kind: 'refused', said: 'line 3: swordfish is no number, nor was hunter2000' })
    const begin = Date.now()
    await expect(perform('keeps', refused, 10_000)).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      stage: 'verify',
      revision: 'r2',
      message: expect.stringMatching(
        /but it refused the config: line 3: \[redacted\] is no number, nor was \[redacted\]$/,
      ),
    })
    expect(Date.now() - begin).toBeLessThan(5000)
  })
  it('is not asked for once the server has ended: its orphans would answer', async () => {
    await expect(perform('dies', orphans, 10_000)).rejects.toThrow('but it has exited')
  })
})
