import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { builtExample, runExample, type RunningExample } from '../../test/support/running-example.js'
import { installed } from '../../test/support/servers.js'

let temporary: string
const started: RunningExample[] = []

beforeEach(() => {
  temporary = mkdtempSync(path.join(tmpdir(), 'hotmount-demo-test-'))
})

afterEach(async () => {
  for (const demo of started.splice(0)) await demo[Symbol.asyncDispose]()
  rmSync(temporary, { recursive: true, force: true })
})

const run = (module = 'demo/main'): RunningExample => {
  const demo = runExample(module, [], { env: { TMPDIR: temporary, NO_COLOR: '1' } })
  started.push(demo)
  return demo
}

const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** Files of the demo, and processes: each one that it starts is told a path below the temporary directory. */
const leftovers = (): readonly string[] => {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return [...readdirSync(temporary), ...pids.filter((pid) => commandLine(pid).includes(temporary))]
}

const ticks = (output: string): readonly string[] => output.match(/^ {2}✓ .* \d+ ms$/gm) ?? []

it('proves its claims and leaves neither a process nor a file', async () => {
  const demo = run()
  expect(await demo.exited).toBe(0)
  const { output } = demo
  expect(output).not.toContain('✗')
  expect(ticks(output).length).toBeGreaterThanOrEqual(15)
  expect(output).toMatch(new RegExp(`✓ ${ticks(output).length} claims hold`))
  expect(output.includes('skipped: nginx is not installed')).toBe(installed('nginx') === undefined)
  expect(leftovers()).toEqual([])
  const ports = [...output.matchAll(/answers on (\d+)/g)].map(([, port]) => `http://127.0.0.1:${port}`)
  for (const url of ports) await expect(fetch(url)).rejects.toThrow('fetch failed')
}, 60_000)

it.each(['SIGINT', 'SIGTERM'] as const)(
  'cleans up and ends with 130 on %s, wherever it is',
  async (name) => {
    const demo = run()
    await demo.printed(/the child runs with/)
    expect(leftovers().length).toBeGreaterThan(3)
    demo.kill(name)
    expect(await demo.exited).toBe(130)
    expect(demo.output).toMatch(/✗ interrupted\n$/)
    expect(leftovers()).toEqual([])
  },
  60_000,
)

it('ends with 1 and cleans up when something does not hold', async () => {
  // Beside the real one, so that it finds the packages.
  const copies = path.join(path.dirname(builtExample('demo/main')), '..')
  const copy = mkdtempSync(path.join(copies, 'broken-'))
  try {
    cpSync(path.dirname(builtExample('demo/main')), path.join(copy, 'demo'), { recursive: true })
    mkdirSync(path.join(copy, 'app-self-reload'))
    // An app that ends when it is asked a second time.
    const app = `import { createServer } from 'node:http'
let asked = 0
const server = createServer((_request, response) => {
  if (++asked > 1) process.exit(3)
  response.end('hello')
})
server.listen(0, () => console.log('listening on', server.address()))
`
    writeFileSync(path.join(copy, 'app-self-reload/main.js'), app)
    const demo = run(`${path.basename(copy)}/demo/main`)
    expect(await demo.exited).toBe(1)
    expect(ticks(demo.output)).toHaveLength(1)
    expect(demo.output).toMatch(/✗ it answers “good morning”/)
    expect(leftovers()).toEqual([])
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}, 60_000)
