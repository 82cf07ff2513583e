import type { FleetPod } from './fleet.js'

const units: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
]

/** '5d', '3h', '12m', '40s'. */
const age = (ms: number): string => {
  const [size, unit] = units.find(([least]) => ms >= least) ?? [1000, 's']
  return `${Math.max(0, Math.floor(ms / size))}${unit}`
}

const short = (digest: string | undefined): string => digest?.slice(0, 12) ?? '-'

// Whoever may annotate a pod must not write to the terminal of who looks at it.
const longestCell = 64
const plain = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?').slice(0, longestCell)

const rowOf = (pod: FleetPod, now: number): readonly string[] => [
  pod.name,
  pod.leaving ? 'leaving' : pod.ready ? 'yes' : 'no',
  plain(short(pod.applied)),
  plain(short(pod.desired)),
  plain(pod.state ?? '-'),
  age(now - pod.createdAt),
]

/**
 * A fleet as text, one line per pod; with more than one namespace, it is the first column.
 *
 * @example
 * process.stdout.write(fleetTable(await fleetStatus(client, { selector: 'app=shop' })))
 */
export const fleetTable = (pods: readonly FleetPod[], now: number = Date.now()): string => {
  const isWide = new Set(pods.map(({ namespace }) => namespace)).size > 1
  const place = (pod: FleetPod): readonly string[] => (isWide ? [pod.namespace] : [])
  const rows = [
    [...(isWide ? ['NAMESPACE'] : []), 'POD', 'READY', 'APPLIED', 'MOUNTED', 'STATE', 'AGE'],
    ...pods.map((pod) => [...place(pod), ...rowOf(pod, now)]),
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return `${rows.map(line).join('\n')}\n`
}
