import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reload } from '@hotmount/core'
import { describe, expect, it } from 'vitest'
import { silentMeters } from '../../../packages/adapters/src/dropins/meters.js'
import { reloaderMetrics } from '../../../packages/adapters/src/dropins/prometheus-config-reloader/metrics.js'
import {
  type Alive,
  reloaderSite,
} from '../../../packages/adapters/src/dropins/prometheus-config-reloader/site.js'
import {
  expand,
  reloaderEnv,
} from '../../../packages/adapters/src/dropins/prometheus-config-reloader/expand.js'
import { OutputFile } from '../../../packages/adapters/src/dropins/prometheus-config-reloader/output.js'
import {
  runtimeInfoIn,
  wordOf,
} from '../../../packages/adapters/src/dropins/prometheus-config-reloader/runtimeinfo.js'
import { openStyledLog } from '../../../packages/adapters/src/dropins/log-style.js'
import { directory, mounted } from '../../support/mounted.js'

const expanded = (text: string, env: Readonly<Record<string, string>>): string =>
  expand(Buffer.from(text), env).bytes.toString('utf8')

describe('variables in a config', () => {
  it('are replaced in the form of Kubernetes only', () => {
    expect(expanded('a: $(A) $A ${A} $$(A) $(A)$(B)', { A: 'ä', B: '' })).toBe('a: ä $A ${A} $ä ä')
  })
  it('are not replaced again when a value looks like one', () => {
    expect(expanded('$(A)', { A: '$(B)', B: 'x' })).toBe('$(B)')
  })
  it('that are not set are told by name, once', () => {
    expect(expand(Buffer.from('$(A) $(B) $(A) $(toString)'), { B: 'x' }).unset).toEqual(['A', 'toString'])
  })
  it('leave other bytes as they are', () => {
    const bytes = Buffer.from([0xff, 0x00, 0x24, 0x28, 0x41, 0x29, 0xfe])
    expect(expand(bytes, { A: 'z' }).bytes).toEqual(Buffer.from([0xff, 0x00, 0x7a, 0xfe]))
  })
  it.each([
    ['prometheus-k8s-12', '12'],
    ['prometheus-k8s', ''],
    ['3', '3'],
    [undefined, ''],
  ])('know the ordinal of the pod %s: %s', (pod, ordinal) => {
    expect(reloaderEnv({ POD_NAME: pod }, 'POD_NAME')).toMatchObject({ STATEFULSET_ORDINAL_NUMBER: ordinal })
  })
})

const file = async () => {
  const path = join(await directory(), 'out.yaml')
  return { path, output: new OutputFile(path), text: () => readFileSync(path, 'utf8') }
}

describe('the written file', () => {
  it('is replaced as a whole, readable for Prometheus, and nothing stays beside it', async () => {
    const { path, output, text } = await file()
    await expect(output.put(Buffer.from('one'))).resolves.toBe(true)
    const first = statSync(path)
    await expect(output.put(Buffer.from('one'))).resolves.toBe(false)
    expect(statSync(path).ino).toBe(first.ino)
    await output.put(Buffer.from('two'))
    expect([text(), statSync(path).ino === first.ino, statSync(path).mode & 0o444]).toEqual([
      'two',
      false,
      0o444,
    ])
    expect(readdirSync(join(path, '..'))).toEqual(['out.yaml'])
  })
  it('goes back to what was taken last', async () => {
    const { output, text } = await file()
    await output.put(Buffer.from('good'))
    output.confirm()
    await output.put(Buffer.from('bad'))
    await expect(output.restore()).resolves.toBe(true)
    expect(text()).toBe('good')
  })
  it('goes back to what an init container has written, and stays where there was nothing', async () => {
    const { path, output, text } = await file()
    writeFileSync(path, 'from init')
    await output.put(Buffer.from('bad'))
    await output.restore()
    expect(text()).toBe('from init')
    const other = await file()
    await other.output.put(Buffer.from('first'))
    await expect(other.output.restore()).resolves.toBe(false)
    expect(other.text()).toBe('first')
  })
  it('is mended when somebody took it away', async () => {
    const { path, output, text } = await file()
    await expect(output.mend()).resolves.toBe(false)
    await output.put(Buffer.from('one'))
    await expect(output.mend()).resolves.toBe(false)
    rmSync(path)
    await expect(output.mend()).resolves.toBe(true)
    expect(text()).toBe('one')
  })
  it('that cannot be written is told with a hint', async () => {
    const path = join(await directory(), 'none', 'out.yaml')
    await expect(new OutputFile(path).put(Buffer.from('x'))).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      message: `${path} cannot be written (ENOENT)`,
      retryable: true,
    })
    expect(existsSync(`${path}.tmp`)).toBe(false)
  })
})

const info = (success: boolean, time: string) => ({ isSuccessful: success, lastConfigTime: time })

describe('what Prometheus tells of its config', () => {
  it('is read from its runtimeinfo', () => {
    const body =
      '{"status":"success","data":{"reloadConfigSuccess":true,"lastConfigTime":"2026-01-01T00:00:00Z"}}'
    expect(runtimeInfoIn(body)).toEqual(info(true, '2026-01-01T00:00:00Z'))
    for (const other of [
      '',
      'null',
      '{}',
      '{"data":{"reloadConfigSuccess":1,"lastConfigTime":"x"}}',
      '<html>',
    ])
      expect(runtimeInfoIn(other)).toBeUndefined()
  })
  it.each<[before: boolean, now: ReturnType<typeof info> | undefined, sinceMs: number, word: string]>([
    [true, info(true, '2'), 0, 'taken'],
    [false, info(true, '2'), 9000, 'taken'],
    [true, info(true, '1'), 9000, 'silent'],
    [true, info(false, '1'), 0, 'refused'],
    [false, info(false, '1'), 4999, 'silent'],
    [false, info(false, '1'), 5000, 'refused'],
    [true, undefined, 9000, 'silent'],
  ])('successful before: %s, now %j after %d ms: %s', (before, now, sinceMs, word) => {
    expect(wordOf(info(before, '1'), now, sinceMs).kind).toBe(word)
  })
})

describe('/healthz', () => {
  it('fails when nobody watches any more', async () => {
    const { mount } = await mounted({ a: '1' })
    const loop = reload(mount, () => undefined)
    let alive: Alive | undefined
    const { pages } = reloaderSite(silentMeters(reloaderMetrics), () => alive)
    const health = async () => pages['/healthz']?.()
    await expect(health()).resolves.toMatchObject({ status: 200, body: '{"status":"up"}' })
    alive = { mount, loop }
    await expect(health()).resolves.toMatchObject({ status: 200 })
    await mount.close()
    await expect(health()).resolves.toMatchObject({ status: 503, body: '{"status":"down"}' })
  })
})

const logged = (format: 'logfmt' | 'json', level: 'all' | 'warn' | 'none'): string => {
  let text = ''
  const stderr = { isTTY: true, write: (line: string) => void (text += line) }
  const log = openStyledLog({ stderr, now: () => new Date(0) }, { format, level })
  log({
    level: 'info',
    msg: 'config applied',
    text: 'not shown',
    fields: { revision: '..2026', attempt: 1 },
  })
  log({
    level: 'error',
    msg: 'failed',
    text: '',
    fields: { error: 'a "b"\nlevel=info msg=forged', hint: undefined },
  })
  return text
}

describe('the log', () => {
  it('is logfmt', () => {
    expect(logged('logfmt', 'all')).toBe(
      [
        'ts=1970-01-01T00:00:00.000Z level=info msg="config applied" revision=..2026 attempt=1\n',
        String.raw`ts=1970-01-01T00:00:00.000Z level=error msg=failed error="a \"b\"\nlevel=info msg=forged"`,
        '\n',
      ].join(''),
    )
  })
  it('is JSON', () => {
    const [first = ''] = logged('json', 'all').split('\n')
    expect(JSON.parse(first)).toEqual({
      ts: '1970-01-01T00:00:00.000Z',
      level: 'info',
      msg: 'config applied',
      revision: '..2026',
      attempt: 1,
    })
  })
  it('leaves out what is below its level', () => {
    expect(logged('logfmt', 'warn')).not.toContain('level=info msg="config')
    expect(logged('logfmt', 'none')).toBe('')
  })
})
