import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reload } from '@hotmount/core'
import { command } from '@hotmount/adapters/process'
import { expect, it, vi } from 'vitest'
import { directory, mounted } from '../../support/mounted.js'
import { ask, served } from './observing.js'

const secret = (number: number): string => `s3cr3t-value-${number}-of-no-log`
const endpoints = ['/', '/status', '/metrics', '/livez', '/readyz', '/nope', '/status?wait=x']

it('serves no value after a change, a refusal that quotes it, a failure and a rollback', async () => {
  const { volume, mount } = await mounted({ 'app.yaml': secret(0), token: secret(0) })
  const script = join(await directory(), 'check')
  await writeFile(script, `#!/bin/sh\necho "bad: $(cat ${volume.path}/app.yaml)" >&2\nexit 1\n`, {
    mode: 0o755,
  })
  let mode: 'fine' | 'apply' | 'rollback' = 'fine'
  const breaks = (stage: 'apply' | 'rollback', value: string): void => {
    if (mode === 'apply' && stage === 'apply') throw new Error(`cannot use ${value}`)
    if (mode === 'rollback') throw new Error(`cannot use ${value}`)
  }
  const quoting = reload(mount, command(['/bin/true'], { check: [script] }), { retry: false })
  const failing = reload(
    mount,
    {
      name: 'failing',
      apply: ({ snapshot }) => breaks('apply', snapshot.text('token')),
      rollback: (good) => breaks('rollback', good.text('token')),
    },
    { retry: false },
  )
  const parsing = reload(mount, {
    name: 'parsing',
    check: (snapshot) => void JSON.parse(snapshot.text('app.yaml')),
    apply: () => undefined,
  })
  for (const loop of [quoting, failing, parsing]) loop.on('report', () => undefined)
  const { address } = await served([{ name: 'web', mount, loops: [quoting, failing, parsing] }])

  const lookEverywhere = async (): Promise<string> => {
    const answers = await Promise.all(endpoints.map((path) => ask(address, path)))
    const all = answers.map(({ body, headers }) => body + JSON.stringify(headers)).join('\n')
    expect(all).not.toContain('s3cr3t')
    // Not in another dress either.
    expect(all).not.toContain(Buffer.from(secret(1)).toString('base64').slice(0, 16))
    return all
  }
  const outcomes = async (wanted: readonly string[]): Promise<void> =>
    vi.waitFor(() =>
      expect([quoting, failing, parsing].map(({ status }) => status.lastReport?.outcome)).toEqual(wanted),
    )

  await volume.swap({ 'app.yaml': secret(1), token: secret(1) })
  await mount.resync()
  await outcomes(['rejected', 'applied', 'rejected'])
  expect(await lookEverywhere()).toContain('bad: ')
  mode = 'apply'
  await volume.swap({ 'app.yaml': secret(2), token: secret(2) })
  await mount.resync()
  await outcomes(['rejected', 'rolledBack', 'rejected'])
  await lookEverywhere()
  mode = 'rollback'
  await volume.swap({ 'app.yaml': secret(3), token: secret(3) })
  await mount.resync()
  await outcomes(['rejected', 'failed', 'rejected'])
  const all = await lookEverywhere()
  // What may be said is said: names, and that it failed.
  expect(all).toContain('app.yaml')
  expect(all).toContain('ROLLBACK_FAILED')
})
