import { dotenv } from './dotenv.js'
import { json } from './json.js'
import type { Parser } from './parser.js'
import { properties } from './properties.js'
import { yaml } from './yaml.js'

const parsers: Readonly<Record<string, () => Parser>> = { yaml, yml: yaml, json, env: dotenv, properties }

/** The parser that a key's name asks for; undefined when it asks for none. */
export const parserFor = (key: string): Parser | undefined => {
  const extension = /\.([^./]+)$/.exec(key)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(parsers, extension) ? parsers[extension]?.() : undefined
}
