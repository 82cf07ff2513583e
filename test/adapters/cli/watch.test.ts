import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { begin, bin, finish, launch, temporary, volume } from './support.js'

const secret = 'hunter2-is-secret'

/** Waits until a session has printed `count` lines on stdout, and gives them. */
const lines = async (out: () => string, count: number): Promise<string[]> => {
  await vi.waitFor(() => expect(out().split('\n').length - 1).toBeGreaterThanOrEqual(count), 5000)
  return out().split('\n').slice(0, -1)
}

describe('hotmount watch', () => {
  it('prints a line for each change, with names and no values', async () => {
    const mount = await volume({ keep: secret, edit: '1', drop: '1' })
    const session = begin(['watch', mount.path, '--initial', '--count', '2'])
    const [first] = await lines(session.out, 1)
    expect(first).toMatch(/^01:02:03 \.\.\S+ \+drop \+edit \+keep$/)
    const revision = await mount.swap({ keep: secret, edit: secret, fresh: secret })
    expect(await session.code).toBe(0)
    const [, second] = await lines(session.out, 2)
    expect(second).toBe(`01:02:03 ${revision} +fresh ~edit -drop`)
    expect(session.out() + session.err()).not.toContain('hunter2')
  })
  it('prints JSON lines', async () => {
    const mount = await volume({ edit: '1' })
    const session = begin(['watch', mount.path, '--json', '--initial', '--count=2'])
    await lines(session.out, 1)
    const revision = await mount.swap({ edit: secret })
    await session.code
    const [, second = ''] = await lines(session.out, 2)
    expect(JSON.parse(second)).toEqual({
      time: new Date(2026, 10, 21, 1, 2, 3).toISOString(),
      event: 'change',
      revision,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      added: [],
      changed: ['edit'],
      removed: [],
    })
  })
  it('watches only the keys that are named, patterns too', async () => {
    const mount = await volume({ 'a.conf': '1', 'b.yaml': '1', 'c.txt': '1' })
    const session = begin(['watch', mount.path, '--keys', '*.conf,b.yaml', '--initial', '--count', '2'])
    const [first] = await lines(session.out, 1)
    expect(first).toMatch(/ \+a\.conf \+b\.yaml$/)
    await mount.swap({ 'a.conf': '1', 'b.yaml': '1', 'c.txt': '2' })
    await mount.swap({ 'a.conf': '1', 'b.yaml': '2', 'c.txt': '3' })
    await session.code
    expect((await lines(session.out, 2))[1]).toMatch(/ ~b\.yaml$/)
  })
  it('tells trouble and its end', async () => {
    const mount = await volume({ a: secret })
    const session = begin(['watch', mount.path])
    await vi.waitFor(async () => {
      await mount.swap({})
      await mount.swap({ a: secret })
      expect(session.out()).toMatch(/ trouble: .*\n[^]* recovered: /)
    }, 5000)
    session.stop()
    expect(await session.code).toBe(0)
    expect(session.out()).not.toContain(secret)
  })
  it('waits for a directory', async () => {
    const directory = path.join(await temporary(), 'later')
    const session = begin(['watch', directory, '--wait', '10s', '--initial', '--count', '1'])
    await mkdir(directory)
    await writeFile(path.join(directory, 'a'), '1')
    expect(await session.code).toBe(0)
    expect(session.out()).toMatch(/ \+a$|^\S+ \S+$/m)
  })
  it('shows strange names in one line, without touching the terminal', async () => {
    const directory = await temporary()
    await writeFile(path.join(directory, 'a\n\u001B[31mb ü'), '1')
    const { out } = await finish(['watch', directory, '--initial', '--count', '1'])
    expect(out.trimEnd().endsWith(String.raw` +"a\n\u001b[31mb \u00fc"`)).toBe(true)
  })
  it('ends with 3 where nothing is, and says what to do', async () => {
    const { code, err } = await finish(['watch', '/nowhere/at/all'])
    expect(code).toBe(3)
    expect(err).toMatch(/^hotmount: nothing is mounted at \/nowhere\/at\/all\n {2}→ .*--wait/)
  })
  it('ends with 128 + n when it is interrupted before --count was reached', async () => {
    const mount = await volume({ a: '1' })
    const session = begin(['watch', mount.path, '--initial', '--count', '2'])
    await lines(session.out, 1)
    session.stop('SIGTERM')
    expect(await session.code).toBe(143)
    const waiting = begin(['watch', '/nowhere/at/all', '--wait', '1h'])
    waiting.stop('SIGINT')
    expect(await waiting.code).toBe(130)
  })
})

describe('the built hotmount watch', () => {
  it('ends with 0 on Ctrl-C', async () => {
    const mount = await volume({ a: '1' })
    const running = launch(['watch', mount.path, '--initial'])
    await lines(running.out, 1)
    running.child.kill('SIGINT')
    expect(await running.exited).toBe(0)
    expect(running.err()).toBe('')
  })
  it('ends with 0 when the reader of its output goes away', async () => {
    const mount = await volume({ a: '1' })
    const running = launch(['watch', mount.path, '--initial'])
    await lines(running.out, 1)
    running.child.stdout?.destroy()
    for (let value = 2; running.child.exitCode === null; value += 1) {
      await mount.swap({ a: String(value) })
      await new Promise(setImmediate)
    }
    expect(running.child.exitCode).toBe(0)
    expect(running.err()).toBe('')
  })
  it('is where package.json says', () => {
    expect(bin).toMatch(/packages\/adapters\/dist\/cli\/bin\.js$/)
  })
})
