import { setMaxListeners } from 'node:events'
import { reload } from '@hotmount/core'
import { fakeClock } from '@hotmount/core/testing'
import { expect, it, vi } from 'vitest'
import { mounted } from '../../support/mounted.js'
import { recorder } from '../../support/recorder.js'
import { ask, type Said, scene, served, statusIn } from './observing.js'

const digestOf = async (data: Record<string, string>): Promise<string> =>
  (await mounted(data)).mount.snapshot.digest

/** Whether a promise has settled by the time that another answer came from the same server. */
const isPending = async (promise: Promise<unknown>, address: string): Promise<boolean> => {
  let isSettled = false
  void promise.finally(() => {
    isSettled = true
  })
  await ask(address, '/livez')
  return !isSettled
}

it('waits until the content is mounted, applied and verified by every loop', async () => {
  const { volume, mount } = await mounted({ a: '1' })
  const [first, second] = [recorder(), recorder()]
  const loops = [reload(mount, first), reload(mount, second)]
  const { address } = await served([{ name: 'web', mount, loops }])
  let prove: (() => void) | undefined
  second.behave.verify = () =>
    new Promise<void>((resolve) => {
      prove = resolve
    })
  const waiting = ask(address, `/status?wait=${(await digestOf({ a: '2' })).toUpperCase()}&timeout=1m`)
  expect(await isPending(waiting, address)).toBe(true)
  await volume.swap({ a: '2' })
  await mount.resync()
  await loops[0]?.inSync()
  await vi.waitFor(() => expect(second.log).toContain('verify 2'))
  expect(await isPending(waiting, address)).toBe(true)
  prove?.()
  const said = await waiting
  expect(said.status).toBe(200)
  expect(statusIn(said).mounts[0]).toMatchObject({
    inSync: true,
    digest: await digestOf({ a: '2' }),
    reactions: [{ applied: { digest: await digestOf({ a: '2' }) } }, { state: 'inSync' }],
  })
})

it('answers at once what is there already, also without any loop, and also a change that concerns no loop', async () => {
  const { volume, mount } = await mounted({ a: '1' })
  const loop = reload(mount, { ...recorder(), wants: () => false })
  const { address } = await served([{ name: 'web', mount, loops: [loop] }])
  const bare = await served([{ name: 'bare', mount, loops: [] }])
  const path = `/status?wait=${mount.snapshot.digest}&timeout=0s`
  expect([(await ask(address, path)).status, (await ask(bare.address, path)).status]).toEqual([200, 200])
  const next = ask(address, `/status?wait=${await digestOf({ a: '2' })}`)
  expect(await isPending(next, address)).toBe(true)
  await volume.swap({ a: '2' })
  expect((await next).status).toBe(200)
})

it('waits on while what runs is in doubt, although that content was applied before', async () => {
  const reaction = recorder()
  const { mount, observed, loop, swap } = await scene(reaction, { retry: false })
  const { digest } = mount.snapshot
  const { address } = await served([observed])
  reaction.behave.apply = () => Promise.reject(new Error('no'))
  await swap({ a: '2' })
  await vi.waitFor(() => expect(loop.status.state).toBe('dirty'))
  await swap({ a: '1' })
  await vi.waitFor(() => expect(reaction.log.filter((line) => line === 'apply 1')).toHaveLength(1))
  expect(loop.status).toMatchObject({ state: 'dirty', desiredDigest: digest, appliedDigest: digest })
  expect((await ask(address, `/status?wait=${digest}&timeout=1ms`)).status).toBe(504)
})

it('says 504 with the status when the time is over, also when that content was refused', async () => {
  const clock = fakeClock(Date.now())
  const reaction = recorder()
  reaction.behave.check = () => Promise.reject(new Error('no'))
  const { observed, loop, swap } = await scene(reaction)
  loop.on('report', () => undefined)
  const { address } = await served([observed], { clock })
  const waiting = ask(address, `/status?wait=${await digestOf({ a: '2' })}`)
  expect(await isPending(waiting, address)).toBe(true)
  await swap({ a: '2' })
  await vi.waitFor(() => expect(loop.status.state).toBe('rejected'))
  await clock.advance(29_000)
  expect(await isPending(waiting, address)).toBe(true)
  await clock.advance(1000)
  const said = await waiting
  expect(said.status).toBe(504)
  expect(statusIn(said).mounts[0]?.reactions[0]).toMatchObject({ state: 'rejected' })
})

it('looks only at the mount that was named', async () => {
  const [one, other] = [await scene(recorder()), await scene(recorder(), {}, { b: '1' })]
  const { address } = await served([one.observed, { ...other.observed, name: 'other' }])
  const { digest } = other.mount.snapshot
  const status = async (rest: string): Promise<number> =>
    (await ask(address, `/status?wait=${digest}&timeout=1ms${rest}`)).status
  expect([await status(''), await status('&mount=other'), await status('&mount=web')]).toEqual([
    200, 200, 504,
  ])
})

it.each([
  ['wait=abc', /64 hexadecimal digits/],
  [`wait=${'g'.repeat(64)}`, /64 hexadecimal digits/],
  [`wait=${'0'.repeat(64)}&timeout=soon`, /timeout/],
  [`wait=${'0'.repeat(64)}&timeout=-1s`, /timeout/],
  [`wait=${'0'.repeat(64)}&timeout=1h`, /longer than 10m/],
  [`wait=${'0'.repeat(64)}&mount=nope`, /no mount "nope"; there are: web/],
  [`wait=${'0'.repeat(64)}&wait=${'1'.repeat(64)}`, /more than once/],
  ['digest=1', /no parameter "digest"/],
  ['timeout=1s', /belong to wait/],
])('refuses ?%s', async (query, why) => {
  const { observed } = await scene(recorder())
  const { address } = await served([observed])
  const { status, body } = await ask(address, `/status?${query}`)
  expect(status).toBe(400)
  expect(body).toMatch(why)
})

it('lets fifty wait, tells the others to come again, and gives the place of who leaves to the next', async () => {
  const { observed } = await scene(recorder())
  const { address } = await served([observed])
  const leave = new AbortController()
  setMaxListeners(0, leave.signal)
  const path = `/status?wait=${'0'.repeat(64)}&timeout=5m`
  const gone: Promise<unknown>[] = []
  const join = (signal: AbortSignal): Promise<Said> => {
    const answer = ask(address, path, { signal })
    gone.push(answer.catch(() => undefined))
    return answer
  }
  for (let count = 0; count < 50; count++) void join(leave.signal).catch(() => undefined)
  await vi.waitFor(async () => {
    const said = await ask(address, `${path}&timeout=1ms`.replace('&timeout=5m', ''))
    expect([said.status, said.headers['retry-after']]).toEqual([503, '5'])
  })
  leave.abort()
  await Promise.all(gone)
  await vi.waitFor(async () =>
    expect((await ask(address, `/status?wait=${'0'.repeat(64)}&timeout=1ms`)).status).toBe(504),
  )
})
