// oxlint-disable typescript/no-unsafe-type-assertion -- eventemitter3 maps listener types in ways only it can check
import { EventEmitter } from 'eventemitter3'
import { debug } from './log.js'
import { warnOfFailure } from './thrown.js'

type AnyListener = (...args: unknown[]) => unknown

// One for all: two of them in each emitter were a tenth of what a mount keeps.
const originals = new WeakMap<object, AnyListener>()

const isolate = (event: unknown, listener: AnyListener): AnyListener => {
  const what = `a listener of '${String(event)}'`
  const isolated = function isolated(this: unknown, ...args: unknown[]): void {
    try {
      const result = listener.apply(this, args)
      if (result instanceof Promise) result.catch((thrown: unknown) => warnOfFailure(what, thrown))
    } catch (thrown) {
      warnOfFailure(what, thrown)
    }
  }
  originals.set(isolated, listener)
  return isolated
}

/**
 * An eventemitter3 whose listeners only look: one that throws or rejects is reported as a process warning and
 * stops nobody after it. An `error` that nobody hears becomes a process warning too.
 *
 * @example
 * emitter.on('change', () => { throw new Error('mine') }) // a warning; the next listener still runs
 */
export class Emitter<Events extends EventEmitter.ValidEventTypes> extends EventEmitter<Events> {
  override on<T extends EventEmitter.EventNames<Events>>(
    event: T,
    listener: EventEmitter.EventListener<Events, T>,
    context?: unknown,
  ): this {
    return super.on(event, isolate(event, listener as AnyListener) as typeof listener, context)
  }

  override addListener<T extends EventEmitter.EventNames<Events>>(
    event: T,
    listener: EventEmitter.EventListener<Events, T>,
    context?: unknown,
  ): this {
    return this.on(event, listener, context)
  }

  override once<T extends EventEmitter.EventNames<Events>>(
    event: T,
    listener: EventEmitter.EventListener<Events, T>,
    context?: unknown,
  ): this {
    return super.once(event, isolate(event, listener as AnyListener) as typeof listener, context)
  }

  override removeListener<T extends EventEmitter.EventNames<Events>>(
    event: T,
    listener?: EventEmitter.EventListener<Events, T>,
    context?: unknown,
    once?: boolean,
  ): this {
    if (!listener) return super.removeListener(event, listener, context, once)
    // What was added as `once` is removed by its isolated self.
    for (const isolated of super.listeners(event))
      if (isolated === listener || originals.get(isolated) === listener)
        super.removeListener(event, isolated, context, once)
    return this
  }

  override off<T extends EventEmitter.EventNames<Events>>(
    event: T,
    listener?: EventEmitter.EventListener<Events, T>,
    context?: unknown,
    once?: boolean,
  ): this {
    return this.removeListener(event, listener, context, once)
  }

  override listeners<T extends EventEmitter.EventNames<Events>>(
    event: T,
  ): EventEmitter.EventListener<Events, T>[] {
    return super.listeners(event).map((isolated) => (originals.get(isolated) ?? isolated) as typeof isolated)
  }

  override emit<T extends EventEmitter.EventNames<Events>>(
    event: T,
    ...args: EventEmitter.EventArgs<Events, T>
  ): boolean {
    debug?.('emit %s to %d', event, this.listenerCount(event))
    const heard = super.emit(event, ...args)
    const trouble: unknown = args[0]
    // eventemitter3 drops an unheard 'error' without a word.
    if (!heard && event === 'error' && trouble instanceof Error) process.emitWarning(trouble)
    return heard
  }
}
