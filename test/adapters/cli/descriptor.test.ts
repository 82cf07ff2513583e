import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'

const program = path.join(import.meta.dirname, 'fixtures/writing.mjs')

describe('what the command writes', () => {
  it.each(['alone', 'shared'])('arrives whole at a reader that is slower: %s', async (how) => {
    const child = spawn(process.execPath, [program, how], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    const out = await text(child.stdout)
    expect(out.length).toBe(1e6 + '\nthe end\n'.length)
    expect(out.endsWith('\nthe end\n')).toBe(true)
    expect(await ended).toEqual([0, null])
  })
  it('is given up when nobody reads any more', async () => {
    const child = spawn(process.execPath, [program, 'alone'], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.destroy()
    expect(await once(child, 'exit')).toEqual([3, null])
  })
})
