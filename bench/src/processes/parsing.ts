import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { watchConfigMap } from '@hotmount/core'
import { liveConfig } from '@hotmount/adapters/config'
import { parse } from 'yaml'
import type { Format } from '../document.js'
import { type Answers, serve } from '../serve.js'

/** What is asked: to follow one key, and how long the last change took against parsing its text alone. */
export type ParseRequest =
  | { readonly ask: 'start'; readonly path: string; readonly format: Format }
  | { readonly ask: 'next' }

/** Milliseconds of one change: from the mount's event to the config's, and of the bare parser on the same text. */
export interface Parsed {
  readonly liveMs: number
  readonly bareMs: number
}

/** Takes everything: what a real schema does with a value is not ours, and would be the same without us. */
const schema = {
  '~standard': { version: 1, vendor: 'bench', validate: (value: unknown) => ({ value }) },
} as const

let file = ''
let format: Format = 'json'
let lives: number[] = []
let announce = (): void => {}

const start = async (request: ParseRequest & { ask: 'start' }): Promise<void> => {
  format = request.format
  const key = `app.${format}`
  file = join(request.path, key)
  const mount = await watchConfigMap(request.path)
  let rungAt = 0
  // Heard before the config hears of it: what lies between is parsing, validating, freezing and comparing.
  mount.on('change', () => (rungAt = performance.now()))
  const config = await liveConfig(mount, { schema, key })
  config.on('change', () => {
    lives.push(performance.now() - rungAt)
    announce()
  })
}

const bareMs = (): number => {
  const text = readFileSync(file, 'utf8')
  const startedAt = performance.now()
  const value: unknown = format === 'json' ? JSON.parse(text) : parse(text)
  const took = performance.now() - startedAt
  if (typeof value !== 'object') throw new Error(`${file} is no document`)
  return took
}

/** One after the other, so that both meet the same machine; each begins without the garbage of the other. */
const next = async (): Promise<Parsed> => {
  if (lives.length === 0) await new Promise<void>((resolve) => (announce = resolve))
  const liveMs = lives.at(-1) ?? Number.NaN
  lives = []
  globalThis.gc?.()
  const bare = bareMs()
  globalThis.gc?.()
  return { liveMs, bareMs: bare }
}

const answers: Answers<ParseRequest> = { start, next }
serve(answers)
