import { inspect } from 'node:util'
import { InvalidConfigError, reload } from '@hotmount/core'
import { expect, onTestFinished, test } from 'vitest'
import { mounted } from '../support/mounted.js'

const secret = 'hunter2-correct-horse'

/** Everything a person or a logger could print of something. */
const printed = (thing: unknown): string =>
  [inspect(thing, { depth: 20, showHidden: true, getters: true }), JSON.stringify(thing), String(thing)].join(
    '\n',
  )

test('a snapshot, a change, a mount and an iterator print names and no values', async () => {
  const { volume, mount } = await mounted({ password: secret, other: 'x' })
  // A loop and its mount refer to each other; what a logger prints of them must not.
  const loop = reload(mount, () => undefined)
  const changes = mount.changes({ initial: true })
  const { value } = await changes.next()
  await volume.swap({ password: `${secret}-2`, other: 'x' })
  await mount.resync()
  for (const thing of [mount.snapshot, value, mount, loop, changes, [mount.snapshot]]) {
    const text = printed(thing)
    expect(text).not.toContain('hunter2')
    expect(text).not.toContain(Buffer.from('hunter2').toString('hex').slice(0, 8))
  }
  expect(printed(mount.snapshot)).toContain('password')
})

test('an error keeps what may quote a value out of everything that is printed of it', () => {
  const issues = [{ path: 'db.password', message: `expected number, got ${secret}` }]
  const error = new InvalidConfigError(
    'SCHEMA_FAILED',
    { key: 'k', revision: 'r' },
    'k does not fit: db.password',
    issues,
    {
      origin: new Error(secret),
    },
  )
  expect(error.issues).toEqual(issues)
  expect(error.origin).toBeInstanceOf(Error)
  const text = [inspect(error, { depth: 20 }), JSON.stringify(error), String(error), error.stack].join('\n')
  expect(text).not.toContain('hunter2')
  expect(text).toContain('SCHEMA_FAILED')
  // What pino's and other serializers do: own and inherited enumerable properties.
  for (const name in error) expect(inspect(Reflect.get(error, name))).not.toContain('hunter2')
})

test('a report of a reaction that threw a value withholds it, and says where it was thrown', async () => {
  const { volume, mount } = await mounted({ config: `{ "password": "${secret}" }` })
  const loop = reload(
    mount,
    function parse({ snapshot }) {
      return JSON.parse(snapshot.text('config')) as unknown
    },
    { retry: false },
  )
  await volume.swap({ config: `${secret} is not JSON` })
  await mount.resync()
  await expect.poll(() => loop.status.state).toBe('dirty')
  const text = printed(loop.status)
  expect(text).not.toContain('hunter2')
  expect(text).toContain('SyntaxError')
  expect(text).toContain('redaction.test.ts')
})

test('a listener that throws a value becomes a warning without it, and the next listener still runs', async () => {
  const warnings: Error[] = []
  const listen = (warning: Error): void => void warnings.push(warning)
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  const { volume, mount } = await mounted({ config: '{}' })
  const heard: string[] = []
  mount.on('change', ({ snapshot }) => void JSON.parse(snapshot.text('config')))
  // oxlint-disable-next-line typescript/no-misused-promises -- what an async listener's failure becomes is the point
  mount.on('change', async ({ snapshot }) => void JSON.parse(snapshot.text('config')))
  mount.on('change', () => void heard.push('next'))
  await volume.swap({ config: secret })
  await mount.resync()
  expect(heard).toEqual(['next'])
  await expect.poll(() => warnings.length).toBe(2)
  for (const warning of warnings) {
    expect(warning.name).toBe('HotmountWarning')
    expect(warning.message).toContain("a listener of 'change'")
    expect(printed(warning)).not.toContain('hunter2')
  }
})
