type Names = Readonly<Record<string, unknown>>

const namesOf = (value: unknown): Names =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
const listOf = (value: unknown): readonly Names[] => (Array.isArray(value) ? value.map(namesOf) : [])

const longest = 300

/** Another program's words on one line: it may be anything that answers at that address. */
const lineOf = (said: unknown): string => {
  const [line = ''] = (typeof said === 'string' ? said : '').split('\n')
  return line.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?').slice(0, longest)
}

/** What one reaction has to say of this content; undefined when it is in effect there. */
const troubleOf = (reaction: Names, digest: string): string | undefined => {
  const name = lineOf(reaction['name'])
  const report = namesOf(reaction['lastReport'])
  const error = namesOf(report['error'])
  if (report['digest'] === digest && error['code'] !== undefined)
    return `${name}: ${lineOf(report['outcome'])}, ${lineOf(error['code'])}: ${lineOf(error['message'])}`
  const isApplied = reaction['state'] === 'inSync' && namesOf(reaction['applied'])['digest'] === digest
  return isApplied ? undefined : `${name}: ${lineOf(reaction['state'])}`
}

/**
 * Why content is not in effect, by what `/status` says of its mount, or of all of them.
 *
 * @example
 * whyNotYet(await response.json(), digest, undefined) // 'it is not mounted there yet'
 */
export const whyNotYet = (status: unknown, digest: string, mount: string | undefined): string => {
  const meant = listOf(namesOf(status)['mounts']).filter(({ name }) => mount === undefined || name === mount)
  const mounted = meant.filter((one) => one['digest'] === digest)
  if (mounted.length === 0) return 'it is not mounted there yet'
  const troubles = mounted
    .flatMap(({ reactions }) => listOf(reactions))
    .flatMap((reaction) => troubleOf(reaction, digest) ?? [])
  return ['it is mounted, and not in effect yet', ...troubles].join('; ')
}
