import { spawn } from 'node:child_process'
import { mkdtemp, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'

const script = join(import.meta.dirname, '../../support/hammer-writer.mjs')
const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

const start = async (
  options: object,
): Promise<{ path: string; go: () => void; lines: AsyncIterator<string> }> => {
  const path = await mkdtemp(join(tmpdir(), 'hotmount-hammer-'))
  folders.push(path)
  const child = spawn(process.execPath, [script, JSON.stringify({ path, ...options })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { path, lines, go: () => child.stdin.end('go\n') }
}

const endOf = async (seed: number): Promise<string> => {
  const { path, lines } = await start({ swaps: 20, gapsMs: [0, 0], keys: [1, 50], seed })
  await lines.next()
  return readFile(join(path, 'k0'), 'utf8')
}

describe('the hammering writer', () => {
  it('waits for its line, then writes as often as told, and says where it ended', async () => {
    const { path, go, lines } = await start({ swaps: 60, gapsMs: [0, 2], keys: [1, 5], wait: true })
    expect(await lines.next()).toMatchObject({ value: 'ready' })
    expect(await readFile(join(path, 'k0'), 'utf8')).toMatch(/^n=0 /)
    go()
    const { value } = await lines.next()
    const { swaps, changed, last } = JSON.parse(String(value))
    expect(swaps).toBe(60)
    // Some of the swaps write the same bytes again.
    expect(changed).toBeLessThan(60)
    expect(changed).toBeGreaterThan(40)
    expect(await readlink(join(path, '..data'))).toBe(last.revision)
    expect(await readFile(join(path, 'k0'), 'utf8')).toMatch(new RegExp(`^n=${last.number} `))
    expect(await lines.next()).toMatchObject({ done: true })
  })

  it('does the same again for the same seed, and not for another', async () => {
    const [one, again, other] = await Promise.all([endOf(7), endOf(7), endOf(8)])
    expect(again).toBe(one)
    expect(other).not.toBe(one)
  })
})
