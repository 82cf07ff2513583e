import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  type Alias,
  type Node,
  type YAMLMap,
} from 'yaml'
import { ParseFailure, type Parser } from './parser.js'
import { decode, deepest, mostNodes } from './text.js'
import { YamlDepth } from './yaml-depth.js'

interface Anchored {
  readonly value: unknown
  readonly nodes: number
  readonly depth: number
}

/** Turns checked nodes into plain values. The library's own way is slow on many keys and prints some of them. */
class YamlValue {
  readonly #lines: LineCounter
  readonly #anchors = new Map<string, Anchored>()
  #nodes = 0
  #deepest = 0
  constructor(lines: LineCounter) {
    this.#lines = lines
  }

  #fail(code: string, node: Node | null): never {
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? 0)
    throw new ParseFailure(code, { line, column: col })
  }

  #alias(alias: Alias, depth: number): unknown {
    // Inside its own anchor an alias is not known yet: no cycle can form.
    const known = this.#anchors.get(alias.source) ?? this.#fail('UNKNOWN_ALIAS', alias)
    this.#nodes += known.nodes
    this.#deepest = Math.max(this.#deepest, depth + known.depth)
    return known.value
  }

  #merge(source: unknown, into: Map<string, unknown>, at: Node | null): void {
    const sources: readonly unknown[] = Array.isArray(source) ? source : [source]
    for (const one of sources) {
      if (typeof one !== 'object' || one === null || Array.isArray(one)) this.#fail('BAD_MERGE', at)
      for (const [name, value] of Object.entries(one)) if (!into.has(name)) into.set(name, value)
      this.#nodes += Object.keys(one).length
    }
  }

  #map(map: YAMLMap<Node, Node | null>, depth: number): unknown {
    const own = new Map<string, unknown>()
    const merged = new Map<string, unknown>()
    for (const { key, value } of map.items) {
      if (!isScalar(key)) this.#fail('NON_STRING_KEY', key)
      const name = String(key.value)
      const inner = this.#convert(value, depth + 1)
      if (name === '__proto__') this.#fail('FORBIDDEN_KEY', key)
      if (name === '<<' && key.type === 'PLAIN') this.#merge(inner, merged, key)
      else if (own.has(name)) this.#fail('DUPLICATE_KEY', key)
      else own.set(name, inner)
    }
    return Object.fromEntries([...merged, ...own])
  }

  #plain(node: Node | null, depth: number): unknown {
    if (isAlias(node)) return this.#alias(node, depth)
    if (isMap<Node, Node | null>(node)) return this.#map(node, depth)
    if (isSeq<Node | null>(node)) return node.items.map((item) => this.#convert(item, depth + 1))
    return isScalar(node) ? node.value : null
  }

  #convert(node: Node | null, depth: number): unknown {
    const [nodesBefore, deepestBefore] = [this.#nodes, this.#deepest]
    this.#nodes += 1
    this.#deepest = depth
    const value = this.#plain(node, depth)
    if (this.#nodes > mostNodes) this.#fail('ALIAS_BOMB', node)
    if (this.#deepest > deepest) this.#fail('TOO_DEEP', node)
    if (node && !isAlias(node) && node.anchor !== undefined)
      this.#anchors.set(node.anchor, {
        value,
        nodes: this.#nodes - nodesBefore,
        depth: this.#deepest - depth,
      })
    this.#deepest = Math.max(this.#deepest, deepestBefore)
    return value
  }

  of(node: Node | null): unknown {
    return this.#convert(node, 0)
  }
}

const parse = (bytes: Uint8Array): unknown => {
  const text = decode(bytes)
  const depth = new YamlDepth()
  // Measured: ten kilobytes of "- " make the library's recursion abort the process, past any catch.
  for (const token of new Lexer().lex(text)) depth.see(token)
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    logLevel: 'error',
    prettyErrors: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Checked by YamlValue: the library compares every key with every other, 3 s for 20,000 keys.
    uniqueKeys: false,
  })
  const [trouble] = [...document.errors, ...document.warnings]
  if (trouble) {
    const { line, col } = lines.linePos(trouble.pos[0])
    throw new ParseFailure(trouble.code, { line, column: col })
  }
  const value = new YamlValue(lines).of(document.contents)
  return value ?? undefined
}

/**
 * YAML 1.2 with merge keys (`<<`), one document. Repeated keys, `__proto__`, unknown tags, wrong UTF-8, nesting
 * beyond 100 and aliases that multiply are refused; an empty text says nothing.
 *
 * @example
 * await liveConfig(mount, { schema, key: 'config', parser: yaml() })
 */
export const yaml = (): Parser => ({ name: 'YAML', parse })
