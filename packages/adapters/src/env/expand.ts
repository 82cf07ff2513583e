import { longest, longestTogether } from './limits.js'

/** Finds the value of a name; undefined where there is none. */
export type Lookup = (name: string) => string | undefined

const deepest = 20
const longestChain = 100
const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?:\}|:-)/y

/** Why a value cannot be expanded. */
export type ExpandFault = 'circle' | 'tooLong' | 'tooDeep' | 'unclosed'
class ExpandFailure extends Error {
  readonly fault: ExpandFault
  constructor(fault: ExpandFault) {
    super(fault)
    this.fault = fault
  }
}

/** Reads one text from left to right; `}` ends it only inside a reference. No part of it is ever run. */
class Expansion {
  readonly #text: string
  readonly #lookup: Lookup
  #at = 0
  constructor(text: string, lookup: Lookup) {
    this.#text = text
    this.#lookup = lookup
  }

  #reference(depth: number): string {
    reference.lastIndex = this.#at
    const [whole, name] = reference.exec(this.#text) ?? []
    if (whole === undefined || name === undefined) {
      this.#at += 1
      return '$'
    }
    this.#at += whole.length
    const found = this.#lookup(name)
    if (whole.endsWith('}')) return found ?? ''
    // The default is read in any case, to find its end.
    const otherwise = this.run(depth + 1)
    return found === undefined || found === '' ? otherwise : found
  }

  run(depth: number): string {
    if (depth > deepest) throw new ExpandFailure('tooDeep')
    let result = ''
    while (this.#at < this.#text.length) {
      const [next = '', after] = [this.#text[this.#at], this.#text[this.#at + 1]]
      if (next === '}' && depth > 0) {
        this.#at += 1
        return result
      }
      if (next === '\\' && after === '$') {
        this.#at += 2
        result += after
      } else if (next === '$') result += this.#reference(depth)
      else {
        this.#at += 1
        result += next
      }
      if (result.length > longest) throw new ExpandFailure('tooLong')
    }
    if (depth > 0) throw new ExpandFailure('unclosed')
    return result
  }
}

/**
 * Values with their `${NAME}` and `${NAME:-default}` written out. A name means the value of this set, or that of
 * `outside`; a name that stands in its own value means the one outside.
 *
 * `onFault` is told which name cannot be expanded, and why.
 */
export const expandAll = (
  values: ReadonlyMap<string, string>,
  outside: Lookup,
  onFault: (name: string, fault: ExpandFault) => void,
): ReadonlyMap<string, string> => {
  const done = new Map<string, string>()
  // Else each of a hundred thousand names would read anew what it refers to, to the same end.
  const failed = new Map<string, ExpandFault>()
  const open: string[] = []
  let together = 0
  const valueOf = (name: string): string => {
    const known = done.get(name)
    if (known !== undefined) return known
    const fault = failed.get(name)
    if (fault !== undefined) throw new ExpandFailure(fault)
    open.push(name)
    const value = new Expansion(values.get(name) ?? '', (other) => {
      if (other === name || !values.has(other)) return outside(other)
      if (open.length > longestChain) throw new ExpandFailure('tooDeep')
      if (open.includes(other)) throw new ExpandFailure('circle')
      return valueOf(other)
    }).run(0)
    together += value.length
    if (together > longestTogether) throw new ExpandFailure('tooLong')
    open.pop()
    done.set(name, value)
    return value
  }
  for (const name of values.keys())
    try {
      valueOf(name)
    } catch (thrown) {
      if (!(thrown instanceof ExpandFailure)) throw thrown
      for (const one of open.splice(0)) failed.set(one, thrown.fault)
      onFault(name, thrown.fault)
    }
  return done
}
