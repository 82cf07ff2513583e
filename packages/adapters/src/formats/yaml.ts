import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser as TokenParser,
  stringify,
  type Alias,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml'
import { ParseFailure, type Parser, type Position, selfBounded } from './parser.js'
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

const settings = {
  logLevel: 'error',
  prettyErrors: false,
  resolveKnownTags: false,
  stringKeys: true,
  // Checked by YamlValue: the library compares every key with every other, 3 s for 20,000 keys.
  uniqueKeys: false,
} as const

/** The tokens of a text, each looked at before anything can recurse too deep into it. */
function* shallow(text: string, lines: LineCounter): Generator<CST.Token, void> {
  const depth = new YamlDepth()
  const parser = new TokenParser(lines.addNewLine)
  lines.addNewLine(0)
  // Measured: ten kilobytes of "- " make the library's recursion abort the process, past any catch.
  for (const token of new Lexer().lex(text)) {
    depth.see(token)
    yield* parser.next(token)
  }
  yield* parser.end()
}

const placeOf = (offset: number, lines: LineCounter): Position => {
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}

const troublesOf = ({ errors, warnings }: Document.Parsed, lines: LineCounter): readonly ParseFailure[] =>
  [...errors, ...warnings].map(({ code, pos }) => new ParseFailure(code, placeOf(pos[0], lines)))

const parse = (bytes: Uint8Array): unknown => {
  const text = decode(bytes)
  const lines = new LineCounter()
  const composing = new Composer(settings).compose(shallow(text, lines), true, text.length)
  const document = composing.next().value
  const second = composing.next().value
  if (!document) return undefined
  const [trouble] = troublesOf(document, lines)
  if (trouble) throw trouble
  if (second) throw new ParseFailure('MULTIPLE_DOCS', placeOf(second.range[0], lines))
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
export const yaml = (): Parser => selfBounded({ name: 'YAML', parse })

/** One document of a text, which knows where its parts stand. */
export interface YamlDocument {
  readonly value: unknown
  /** Where this part begins, or the innermost one around it that is there; `isName`: where its name does. */
  at(path: readonly (string | number)[], isName?: boolean): Position
}

const placeIn = (
  contents: Node | null,
  path: readonly (string | number)[],
  isName: boolean,
): Node | undefined => {
  let [node, found]: [Node | null, Node | undefined] = [contents, contents ?? undefined]
  for (const [depth, step] of path.entries()) {
    if (isMap<Node, Node | null>(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (!pair) break
      const wantsName = isName && depth === path.length - 1
      node = pair.value
      found = wantsName || !node || (isScalar(node) && node.value === null) ? pair.key : node
    } else if (isSeq<Node | null>(node) && typeof step === 'number') {
      node = node.items[step] ?? null
      found = node ?? found
    } else break
  }
  return found
}

/**
 * All documents of a text, with places. Empty ones are left out.
 *
 * @throws ParseFailure, or an AggregateError of them when there are several
 */
export const yamlDocuments = (bytes: Uint8Array): readonly YamlDocument[] => {
  const text = decode(bytes)
  const lines = new LineCounter()
  const all = [...new Composer(settings).compose(shallow(text, lines))]
  const troubles = all.flatMap((document) => troublesOf(document, lines))
  const [first] = troubles
  if (first) throw troubles.length === 1 ? first : new AggregateError(troubles)
  return all.flatMap(({ contents }) => {
    const value = new YamlValue(lines).of(contents)
    if (value === null || value === undefined) return []
    const at = (path: readonly (string | number)[], isName = false): Position => {
      const { line, col } = lines.linePos(placeIn(contents, path, isName)?.range?.[0] ?? 0)
      return { line, column: col }
    }
    return [{ value, at }]
  })
}

/** A value as YAML. */
export const yamlText = (value: unknown): string => stringify(value, { lineWidth: 0 })
