import { inspectMount, type MountInspection } from '@hotmount/core'
import { type Args, directoryOf, readArgs } from './args.js'
import { exitCodes } from './exit-codes.js'
import { inspectFlags } from './inspect-page.js'
import type { Io } from './io.js'
import { type Paint, paintFor } from './paint.js'

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

// It looks once: there is nothing to wait with.
const withoutWait = (inspection: MountInspection): MountInspection => ({
  ...inspection,
  findings: inspection.findings.map(({ hint, ...finding }) => ({
    ...finding,
    ...(hint !== undefined && { hint: hint.replace(/, or pass `wait` .*$/, '') }),
  })),
})

/** The exit code that a finding amounts to. */
export const codeOf = ({ kind, updates: will, stale, findings }: MountInspection): number => {
  if (kind === 'missing') return exitCodes.mount
  if (stale) return exitCodes.stale
  if (will === 'never') return exitCodes.neverUpdates
  return findings.some(({ level }) => level === 'error') ? exitCodes.mount : exitCodes.ok
}

/** `hotmount inspect`. @throws UsageError */
export const inspect = async (argv: readonly string[], io: Io): Promise<number> => {
  const args: Args<'json'> = readArgs(argv, inspectFlags, { env: io.env })
  const path = directoryOf(args, 'inspect')
  const inspection = withoutWait(await inspectMount(path))
  io.stdout.write(
    args.has('json')
      ? `${JSON.stringify(inspection, undefined, 2)}\n`
      : render(inspection, paintFor(io.stdout, io.env)),
  )
  return codeOf(inspection)
}
