import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { reloaderOptions } from '../../../packages/adapters/src/dropins/prometheus-config-reloader/options.js'
import { directory } from '../../support/mounted.js'
import { finish, volume } from '../cli/support.js'

describe('the command line of prometheus-config-reloader', () => {
  it('has the defaults of the original', () => {
    expect(reloaderOptions([])).toEqual({
      configFile: undefined,
      outputFile: undefined,
      watchedDirs: [],
      watchMs: 180_000,
      delayMs: 1000,
      retryMs: 5000,
      telling: {
        method: 'http',
        reloadUrl: 'http://127.0.0.1:9090/-/reload',
        runtimeinfoUrl: 'http://127.0.0.1:9090/api/v1/status/runtimeinfo',
        processName: 'prometheus',
        timeoutMs: 30_000,
        caFile: undefined,
        bearerFile: undefined,
      },
      ordinalFrom: 'POD_NAME',
      listen: undefined,
      webConfigFile: undefined,
      logStyle: { format: 'logfmt', level: 'info' },
      version: false,
    })
  })
  it.each<[words: string, message: RegExp]>([
    ['--reload-method=shout', /--reload-method: "shout" is none/],
    ['--watch-interval=3', /--watch-interval: "3" is not a length of time/],
    ['--reload-timeout=0', /--reload-timeout: no time at all/],
    ['--reload-url=ftp://me:swordfish@a', /--reload-url needs a URL/],
    ['--log-format=xml', /--log-format: "xml" is none/],
    ['--log-level=loud', /--log-level: "loud" is none/],
    ['--auto-gomemlimit-ratio=2', /--auto-gomemlimit-ratio/],
    ['--listen-address=8080', /--listen-address: "8080" is not an address/],
    ['--web-config-file=/none', /--web-config-file: \/none cannot be read \(ENOENT\)/],
    ['--nonsense', /there is no flag --nonsense/],
    ['--config-file=/a --config-file=/b', /--config-file is given twice/],
  ])('%s ends with 2', async (words, message) => {
    const ended = await finish(['prometheus-config-reloader', ...words.split(' ')])
    expect(ended.code).toBe(2)
    expect(ended.err).toMatch(message)
    expect(ended.err).not.toContain('swordfish')
  })
  it('tells its version', async () => {
    const { code, out } = await finish(['prometheus-config-reloader', '--version'])
    expect([code, out]).toEqual([0, expect.stringMatching(/^prometheus-config-reloader, hotmount \d/)])
  })
})

/** One run that writes the file and ends. */
const once = async (config: string | Uint8Array, env: Record<string, string> = {}) => {
  const { path } = await volume({ 'prometheus.yaml.gz': config })
  const out = join(await directory(), 'prometheus.env.yaml')
  const file = join(path, 'prometheus.yaml.gz')
  const words = [
    `--config-file=${file}`,
    `--config-envsubst-file=${out}`,
    '--watch-interval=0',
    '--listen-address=:8081',
  ]
  const ended = await finish(words, { env })
  return { ...ended, text: existsSync(out) ? readFileSync(out, 'utf8') : undefined }
}

describe('--watch-interval=0', () => {
  it('unpacks and expands the config once and ends', async () => {
    const config = gzipSync('labels:\n  replica: $(POD_NAME)\n  shard: "$(STATEFULSET_ORDINAL_NUMBER)"\n')
    const ended = await once(config, { POD_NAME: 'prometheus-k8s-1' })
    expect(ended).toMatchObject({ code: 0, text: 'labels:\n  replica: prometheus-k8s-1\n  shard: "1"\n' })
    expect(ended.err).toMatch(/level=info msg="config written"/)
  })
  it('ends with 1, names the variable and writes nothing when one is not set', async () => {
    const ended = await once('password: swordfish\nreplica: $(POD_NAME)\n')
    expect(ended).toMatchObject({ code: 1, text: undefined })
    expect(ended.err).toContain('prometheus.yaml.gz names variables that are not set: POD_NAME')
    expect(ended.err).not.toContain('swordfish')
  })
  it('ends with 1 when the gzip is broken', async () => {
    const whole = gzipSync('a: b\n'.repeat(1000))
    const ended = await once(whole.subarray(0, 30))
    expect(ended).toMatchObject({ code: 1, text: undefined })
    expect(ended.err).toContain('cannot be unpacked')
  })
  it('ends with 1 when the config is not there or the output cannot be written', async () => {
    const { path } = await volume({ a: 'b' })
    const [noConfig, noOutput] = await Promise.all([
      finish([`--config-file=${path}/none`, `--config-envsubst-file=${path}/none/x`, '--watch-interval=0']),
      finish([`--config-file=${path}/a`, `--config-envsubst-file=${path}/none/x`, '--watch-interval=0']),
    ])
    expect([noConfig.code, noOutput.code]).toEqual([1, 1])
    expect(noConfig.err).toContain('code=MOUNT_MISSING')
    expect(noOutput.err).toContain('cannot be written (ENOENT)')
  })
})
