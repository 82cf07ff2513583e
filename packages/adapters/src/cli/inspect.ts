import { inspectMount, type MountInspection } from '@hotmount/core'
import { directoryOf, type Flags, readArgs } from './args.js'
import { exitCodes } from './exit-codes.js'
import type { Page } from './help.js'
import type { Io } from './io.js'
import { type Paint, paintFor } from './paint.js'

const outputFlags = { json: { help: 'print one JSON object' } } as const satisfies Flags

/** The help of `hotmount inspect`. */
export const inspectPage: Page = {
  name: 'inspect',
  summary: 'explain a mount: what it is, and whether it will ever update',
  usage: 'hotmount inspect DIR [--json]',
  about: 'Looks once at a directory or file and says what is wrong with it, and how to mend that.',
  flags: { Flags: outputFlags },
  examples: [
    ['Will this ConfigMap ever update in this pod?', 'hotmount inspect /etc/config'],
    ['The same for one file; subPath mounts never update', 'hotmount inspect /etc/nginx/nginx.conf'],
    ['Refuse to start on a mount that never updates', 'hotmount inspect /etc/config && exec ./server'],
  ],
  exits: [
    ['0', 'it updates, or it is an ordinary directory or file'],
    ['1', 'it never updates: a subPath mount, or one that was taken down under this container'],
    ['2', 'the command line is wrong'],
    ['3', 'nothing is there, or it cannot be read'],
  ],
}

const kinds: Readonly<Record<MountInspection['kind'], string>> = {
  atomic: 'a ConfigMap, Secret or other volume of the kubelet',
  plain: 'an ordinary directory',
  file: 'an ordinary file',
  subPath: 'a subPath mount',
  missing: 'nothing can be seen there',
}
const updates: Readonly<Record<MountInspection['updates'], string>> = {
  live: 'yes, each revision as a whole',
  never: 'never',
  unknown: 'whenever somebody writes there',
}
const styles = { info: 'dim', warning: 'yellow', error: 'red' } as const

const render = (
  { path, kind, updates: will, stale, filesystem, findings }: MountInspection,
  paint: Paint,
): string => {
  const row = (name: string, text: string): string => `  ${paint('dim', name.padEnd(11))} ${text}`
  const found = findings.flatMap(({ level, message, hint }) => [
    `  ${paint(styles[level], level.padEnd(11))} ${message}`,
    ...(hint === undefined ? [] : [`  ${' '.repeat(11)} → ${hint}`]),
  ])
  return [
    paint('bold', path),
    row('kind', kinds[kind]),
    ...(kind === 'missing' ? [] : [row('updates', stale ? 'no more: it is stale' : updates[will])]),
    ...(filesystem === undefined ? [] : [row('filesystem', filesystem)]),
    ...found,
    '',
  ].join('\n')
}

const codeOf = ({ kind, updates: will, stale, findings }: MountInspection): number => {
  if (kind === 'missing') return exitCodes.mount
  if (will === 'never' || stale) return exitCodes.neverUpdates
  return findings.some(({ level }) => level === 'error') ? exitCodes.mount : exitCodes.ok
}

/** `hotmount inspect`. @throws UsageError */
export const inspect = async (argv: readonly string[], io: Io): Promise<number> => {
  const args = readArgs(argv, outputFlags)
  const path = directoryOf(args, 'inspect')
  const inspection = await inspectMount(path)
  io.stdout.write(
    args.has('json')
      ? `${JSON.stringify(inspection, undefined, 2)}\n`
      : render(inspection, paintFor(io.stdout, io.env)),
  )
  return codeOf(inspection)
}
