import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { eta, type Render, stage, type Values } from '@hotmount/adapters/stage'
import { describe, expect, it, onTestFinished } from 'vitest'
import { valuesOf } from '../../../packages/adapters/src/stage/values.js'
import { contextOf, snapshotOf } from '../process/changes.js'
import { emptyInto, shown, staged } from './staged.js'

const render = async (renderer: Render, data: Record<string, string>): Promise<string | undefined> => {
  const into = emptyInto()
  await stage({ into, render: { out: renderer } }).bringUp(snapshotOf(data))
  return shown(into)?.['out']
}
const refusal = (renderer: Render, data: Record<string, string>): Promise<unknown> =>
  render(renderer, data).catch((error: unknown) => error)
const app = { 'app.yaml': 'server: { port: 8080, name: <b> }\nhosts: [a, b]\ntoken: swordfish\n' }

const port = (values: Values): unknown => (values['app.yaml'] as { server: { port: number } }).server.port

const strict = (values: Values): string => {
  if (typeof port(values) !== 'number') throw new RangeError(`port ${String(port(values))}`)
  return String(port(values))
}

describe('values', () => {
  const values = valuesOf(
    snapshotOf({ 'a.yaml': 'x: 1', 'b.json': '{"y":2}', 'c.env': 'Z=3', 'd.properties': 'w=4', e: '5' }),
  )
  it('are read by the extension of their key, and as text without one', () => {
    expect({ ...values }).toEqual({
      'a.yaml': { x: 1 },
      'b.json': { y: 2 },
      'c.env': { Z: '3' },
      'd.properties': { w: '4' },
      e: '5',
    })
    expect(['e' in values, 'f' in values]).toEqual([true, false])
  })
  it('are read only when they are asked for', () => {
    const some = valuesOf(snapshotOf({ good: '1', 'bad.yaml': 'a: [swordfish' }))
    expect(some['good']).toBe('1')
    expect(() => some['bad.yaml']).toThrow(expect.objectContaining({ code: 'PARSE_FAILED', key: 'bad.yaml' }))
    expect(() => some['gone']).toThrow(expect.objectContaining({ code: 'KEY_MISSING', key: 'gone' }))
  })
  it('cannot be changed, and show no value when they are printed', () => {
    const secret = valuesOf(snapshotOf({ key: 'swordfish' }))
    expect(() => Object.assign(secret, { key: 'x' })).toThrow(TypeError)
    expect(inspect(secret) + inspect(secret, { showProxy: true }) + JSON.stringify(secret)).not.toContain(
      'sword',
    )
  })
})

describe('render', () => {
  it('writes what the functions make, and nothing else', async () => {
    const into = emptyInto()
    const targets = {
      'conf.d/site.conf': (values: Values) => `listen ${String(port(values))};`,
      where: async (_: Values, { directory }: { directory: string }) => Promise.resolve(directory),
    }
    const { swap } = await staged(stage({ into, render: targets }), app)
    expect(shown(into)).toEqual({
      'conf.d/site.conf': 'listen 8080;',
      where: expect.stringMatching(/\/into\/\.\.\d{4}[\d_]+\.\d+$/) as string,
    })
    await swap({ 'app.yaml': 'server: { port: 9090 }' })
    expect(shown(into)?.['conf.d/site.conf']).toBe('listen 9090;')
  })

  it('refuses the revision when a function throws, tells the file and no value, and keeps the old one', async () => {
    const into = emptyInto()
    const { swap } = await staged(stage({ into, render: { out: strict } }), app)
    const report = await swap({ 'app.yaml': 'server: { port: swordfish }' })
    expect(report).toMatchObject({ outcome: 'rejected', error: { code: 'CHECK_FAILED' } })
    expect(inspect(report)).toMatch(/out could not be rendered at \S+: its function threw RangeError/)
    expect(inspect(report, { depth: 9, getters: false })).not.toContain('swordfish')
    expect(shown(into)).toEqual({ out: '8080' })
  })

  it('passes on what the author of the ConfigMap can mend', async () => {
    expect(await refusal((values) => String(values['app.yaml']), { 'app.yaml': '[' })).toMatchObject({
      code: 'PARSE_FAILED',
      key: 'app.yaml',
    })
    expect(await refusal((values) => String(values['app.yml']), app)).toMatchObject({ code: 'KEY_MISSING' })
  })

  it('refuses what is no text', async () => {
    const wrong = (() => 1) as unknown as Render
    expect(await refusal(wrong, app)).toMatchObject({
      message: expect.stringContaining('returned number') as string,
    })
  })
})

describe('eta', () => {
  it('renders loops and values, escapes nothing, and keeps the lines', async () => {
    const template =
      "name <%= it['app.yaml'].server.name %>;\n<% for (const h of it['app.yaml'].hosts) { %>\nhost <%= h %>;\n<% } %>\nend\n"
    expect(await render(eta(template), app)).toBe('name <b>;\nhost a;\nhost b;\nend\n')
  })

  it('takes the template from a file or a key, anew each time', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'hotmount-eta-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const file = path.join(directory, 'x.eta')
    writeFileSync(file, 'one <%= it.a %>')
    const renderer = eta({ file })
    expect(await render(renderer, { a: '1' })).toBe('one 1')
    writeFileSync(file, 'two <%= it.a %>')
    expect(await render(renderer, { a: '1' })).toBe('two 1')
    expect(await render(eta({ key: 't.eta' }), { a: '1', 't.eta': 'three <%= it.a %>' })).toBe('three 1')
    expect(await refusal(eta({ key: 't' }), { a: '1' })).toMatchObject({ code: 'KEY_MISSING', key: 't' })
    expect(await refusal(eta({ file: path.join(directory, 'gone') }), {})).toMatchObject({
      message: expect.stringMatching(/threw Error ENOENT$/) as string,
    })
  })

  it.each([
    ['a missing value', "\n<%= it['app.yaml'].server.prot %>", 'a value is missing at line 2'],
    ['an object', "<%= it['app.yaml'].server %>", 'a value is no text at line 1'],
    ['a throw', "\n\n<%= it['app.yaml'].token.x.y %>", 'it threw TypeError at line 3'],
    ['a throw of its own', "\n<% throw new Error(it['app.yaml'].token) %>", 'it threw Error at line 2'],
    ['an open tag', 'token swordfish\n<% if', 'unclosed tag at line 2'],
    ['bad syntax', "<% if (it['app.yaml'].token === 'swordfish' { %>x", 'its template is not valid'],
    ['an include', "<%~ include('/etc/hostname') %>", 'it threw EtaNameResolution Error at line 1'],
  ])('refuses %s by its line, without a value', async (_, template, said) => {
    const error = await refusal(eta(template), app)
    expect(error).toMatchObject({ code: 'CHECK_FAILED', message: expect.stringContaining(said) as string })
    expect(inspect(error)).not.toContain('swordfish')
  })

  it('has a missing key said as such', async () => {
    expect(await refusal(eta("<%= it['app.yml'].x %>"), app)).toMatchObject({
      code: 'KEY_MISSING',
      key: 'app.yml',
    })
  })
})

it('never leaves a candidate behind whose rendering failed', async () => {
  const into = emptyInto()
  const check = stage({ into, render: { out: eta('<% throw 1 %>') } }).check?.(snapshotOf({}), contextOf())
  await expect(check).rejects.toMatchObject({ code: 'CHECK_FAILED' })
  expect(shown(into)).toBeUndefined()
})
