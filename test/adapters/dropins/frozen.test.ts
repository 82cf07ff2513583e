import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { directory } from '../../support/mounted.js'
import { bin, volume } from '../cli/support.js'

const isPermitted = spawnSync('unshare', ['--mount', 'true']).status === 0

describe.skipIf(!isPermitted)('a config file that is a subPath mount [needs root]', () => {
  it('is refused where it is to be written, also beside what is watched: nothing would be written', async () => {
    const [place, { path }] = [await directory(), await volume({ 'p.yaml': 'global: {}' })]
    mkdirSync(join(place, 'rules'))
    writeFileSync(join(place, 'rules/a'), '')
    writeFileSync(join(place, 'p.yaml'), '')
    const script = 'mount --bind "$(readlink -f "$1/p.yaml")" "$2/p.yaml" && shift 2 && exec "$@"'
    const words = [
      `--config-file=${place}/p.yaml`,
      `--config-envsubst-file=${place}/written.yaml`,
      `--watched-dir=${place}/rules`,
      '--listen-address=',
      '--reload-url=http://127.0.0.1:1/',
    ]
    const command = [process.execPath, bin, 'prometheus-config-reloader', ...words]
    const ended = spawnSync(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', path, place, ...command],
      { encoding: 'utf8', timeout: 15_000 },
    )
    expect([ended.status, ended.stderr]).toEqual([1, expect.stringContaining('code=MOUNT_STATIC')])
    expect(existsSync(join(place, 'written.yaml'))).toBe(false)
  })
})
