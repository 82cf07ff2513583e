import { Emitter, MountError } from '@hotmount/core'
import { expect, onTestFinished, test, vi } from 'vitest'

interface Events {
  change: [value: number]
  error: [error: MountError]
}

test('once, off, contexts and the listener list are those of eventemitter3', () => {
  const emitter = new Emitter<Events>()
  const seen: unknown[] = []
  const twice = (value: number): void => void seen.push(value)
  emitter.once('change', (value) => void seen.push(`once ${value}`))
  emitter.on('change', twice)
  emitter.on(
    'change',
    function here(this: { name: string }) {
      seen.push(this.name)
    },
    { name: 'context' },
  )
  expect(emitter.listeners('change')).toContain(twice)
  emitter.emit('change', 1)
  emitter.emit('change', 2)
  emitter.off('change', twice)
  emitter.emit('change', 3)
  expect(seen).toEqual(['once 1', 1, 'context', 2, 'context', 'context'])
})

test('one function that listens twice, to several events or several emitters, is removed where it was said', () => {
  const [one, other] = [new Emitter<Events>(), new Emitter<Events>()]
  const listener = vi.fn<() => void>()
  for (const emitter of [one, other])
    emitter.on('change', listener).on('change', listener).on('error', listener)
  one.off('change', listener)
  expect([one.listenerCount('change'), one.listenerCount('error'), other.listenerCount('change')]).toEqual([
    0, 1, 2,
  ])
  other.emit('change', 1)
  expect(listener).toHaveBeenCalledTimes(2)
})

const failing = (): void => {
  throw new Error('mine')
}

test('the warning of a listener that fails names the event at hand', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  onTestFinished(() => warn.mockRestore())
  const emitter = new Emitter<Events>()
  emitter.on('change', failing).on('error', failing)
  emitter.emit('error', new MountError('MOUNT_EMPTIED', '/etc/config', 'every key vanished'))
  expect(String(warn.mock.calls[0]?.[0])).toContain("'error'")
})

test('an error that nobody hears becomes a process warning; one that is heard does not', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  onTestFinished(() => warn.mockRestore())
  const emitter = new Emitter<Events>()
  const trouble = new MountError('MOUNT_EMPTIED', '/etc/config', 'every key vanished')
  emitter.emit('error', trouble)
  expect(warn.mock.calls).toEqual([[trouble]])
  emitter.on('error', () => undefined)
  emitter.emit('error', trouble)
  expect(warn).toHaveBeenCalledTimes(1)
})
