import { inspect } from 'node:util'

/** Decides what console.log and debuggers show of a class: names and digests, never a value. */
export const showAs = <T extends object>(prototype: T, show: (self: T) => string): void => {
  Object.defineProperty(prototype, inspect.custom, {
    value(this: T): string {
      return show(this)
    },
  })
}
