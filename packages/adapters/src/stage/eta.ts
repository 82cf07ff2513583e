import { readFile } from 'node:fs/promises'
import { HotmountError, type Key, UsageError } from '@hotmount/core'
import { keyMissing } from '../formats/refusal.js'
import type { Render, RenderContext } from './options.js'
import { TemplateFailure } from './template-failure.js'
import type { Values } from './values.js'

/** Where a template is: the text itself, a file of the image, or a key of the mount. Read at each rendering. */
export type EtaSource = string | { readonly file: string } | { readonly key: Key }

type Engine = (template: string, values: Values) => string

const textOf = async (source: EtaSource, { snapshot }: RenderContext): Promise<string> => {
  if (typeof source === 'string') return source
  if ('file' in source) return readFile(source.file, 'utf8')
  if (!snapshot.has(source.key)) throw keyMissing(source.key, snapshot)
  return snapshot.text(source.key)
}

const asText = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return `${value}`
  // Else the file would say `listen undefined;` or `[object Object]`, and some servers would take it.
  throw new TemplateFailure(
    value === undefined || value === null ? 'a value is missing' : 'a value is no text',
  )
}

const withLine = (error: unknown, line: number): unknown => {
  if (error instanceof HotmountError) return error
  const thrown = error instanceof Error ? error.name : `a ${typeof error}`
  return new TemplateFailure(
    error instanceof TemplateFailure ? error.what : `it threw ${thrown}`,
    line,
    error,
  )
}

// The part of the library that knows no file system: a template cannot include a file.
const load = async (): Promise<Engine> => {
  const { Eta } = await import('eta/core').catch((error: unknown) => {
    throw new UsageError('BAD_OPTION', 'the template engine eta is not installed', {
      hint: 'npm install eta',
      origin: error,
    })
  })
  const engine = new Eta({ autoEscape: false, autoFilter: true, filterFunction: asText, debug: true })
  engine.RuntimeErr = (error, _template, line) => {
    throw withLine(error, line)
  }
  return (template, values) => {
    try {
      return engine.renderString(template, values)
    } catch (error) {
      if (error instanceof HotmountError || error instanceof TemplateFailure) throw error
      // The message goes on with the text of the template.
      const place = /^(unclosed \w+) at line (\d+)/.exec(error instanceof Error ? error.message : '')
      throw new TemplateFailure(
        place?.[1] ?? 'its template is not valid',
        place ? Number(place[2]) : undefined,
        error,
      )
    }
  }
}

let loading: Promise<Engine> | undefined

/**
 * Renders an Eta template (`listen <%= it['app.yaml'].port %>;`). Nothing is escaped, a missing value is an error, and
 * no file can be included. A template is code that runs in this process: take it from a key only if whoever writes the
 * ConfigMap may do that. Needs the package `eta`.
 *
 * @example
 * stage({ into: '/staged', render: { 'nginx.conf': eta({ file: '/app/nginx.conf.eta' }) } }, nginx())
 */
export const eta =
  (source: EtaSource): Render =>
  async (values, context) => {
    loading ??= load()
    const engine = await loading.catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return engine(await textOf(source, context), values)
  }
