import { json } from '../formats/json.js'
import { ParseFailure } from '../formats/parser.js'
import { deepest } from '../formats/text.js'
import { isRecord, type Path, pathText, valueAt, withValueAt } from './paths.js'

/** Where environment overrides come from. */
export interface EnvOverrides {
  /** `APP` takes `APP_SERVER__PORT` as `server.port`. */
  readonly prefix: string
  /** Default: `process.env`, read each time the config is judged. */
  readonly from?: Readonly<NodeJS.ProcessEnv>
}

const bare = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '')

/** The name that is meant: equal without case, else equal without `-` and `_` too, else a new one in lower case. */
const nameFor = (segment: string, names: readonly string[]): string =>
  names.find((name) => name.toLowerCase() === segment.toLowerCase()) ??
  names.find((name) => bare(name) === bare(segment)) ??
  segment.toLowerCase()

const pathFor = (segments: readonly string[], config: unknown): Path => {
  const path: (string | number)[] = []
  for (const segment of segments) {
    const here = valueAt(config, path)
    const isItem = Array.isArray(here) && /^\d+$/.test(segment) && Number(segment) <= here.length
    path.push(isItem ? Number(segment) : nameFor(segment, isRecord(here) ? Object.keys(here) : []))
  }
  return path
}

/** Text stays text where there is text or nothing; over any other value JSON is understood. */
const valueFor = (text: string, existing: unknown): unknown => {
  if (typeof existing === 'string' || existing === undefined) return text
  try {
    return json().parse(new TextEncoder().encode(text))
  } catch {
    return text
  }
}

/**
 * The config with each matching variable laid over it. `onLaid` is told where each of them went.
 *
 * @throws ParseFailure TOO_DEEP
 */
export const withEnv = (
  config: unknown,
  env: Readonly<NodeJS.ProcessEnv>,
  prefix: string,
  onLaid: (path: string, name: string) => void = () => undefined,
): unknown => {
  const start = prefix.endsWith('_') ? prefix : `${prefix}_`
  return Object.keys(env)
    .filter((name) => name.startsWith(start) && name.length > start.length)
    .toSorted()
    .reduce((result, name) => {
      const segments = name.slice(start.length).split('__')
      if (segments.includes('')) return result
      if (segments.length > deepest) throw new ParseFailure('TOO_DEEP')
      const path = pathFor(segments, result)
      onLaid(pathText(path), name)
      return withValueAt(result, path, valueFor(env[name] ?? '', valueAt(result, path)))
    }, config)
}
