/** What became of one config on the replicas that have tried it. */
export interface Tried {
  readonly digest: string
  /** Who has proven it, in this order. */
  readonly verified: readonly string[]
  /** Who has applied it and could not prove it. */
  readonly failed?: { readonly by: string; readonly code: string } | undefined
}

/** Of the Lease. Removed by a person, what has failed may be tried again. */
export const triedAnnotation = 'hotmount.dev/tried'

// Late replicas still come to what others have gone on from.
const mostDigests = 8
const mostNames = 200

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const triedFrom = (value: unknown): readonly Tried[] => {
  if (!isRecord(value) || typeof value['digest'] !== 'string') return []
  const { digest, verified, failed } = value
  const names: readonly unknown[] = Array.isArray(verified) ? verified : []
  return [
    {
      digest,
      verified: names.filter((name) => typeof name === 'string'),
      ...(isRecord(failed) && { failed: { by: String(failed['by']), code: String(failed['code']) } }),
    },
  ]
}

/** Reads the annotation; what somebody else has made of it counts as nothing. */
export const readTried = (text: string | undefined): readonly Tried[] => {
  try {
    const list: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(list) ? list.flatMap(triedFrom) : []
  } catch {
    return []
  }
}

/** What is known of one config. */
export const triedOf = (list: readonly Tried[], digest: string): Tried =>
  list.find((one) => one.digest === digest) ?? { digest, verified: [] }

const withOne = (list: readonly Tried[], one: Tried): string =>
  JSON.stringify([one, ...list.filter(({ digest }) => digest !== one.digest)].slice(0, mostDigests))

/** The annotation once somebody has proven a config. Who had failed before and now has not, has mended it. */
export const withVerified = (list: readonly Tried[], digest: string, me: string): string => {
  const { verified, failed } = triedOf(list, digest)
  const names = [...verified.filter((name) => name !== me), me].slice(-mostNames)
  return withOne(list, { digest, verified: names, failed: failed?.by === me ? undefined : failed })
}

/** The annotation once somebody has failed. */
export const withFailed = (list: readonly Tried[], digest: string, by: string, code: string): string =>
  withOne(list, {
    digest,
    verified: triedOf(list, digest).verified.filter((name) => name !== by),
    failed: { by, code },
  })

/** Who it is that a replica must not go on after: one that has failed, unless it is itself. */
export const stoppedBy = (list: readonly Tried[], digest: string, me: string): Tried['failed'] => {
  const { failed } = triedOf(list, digest)
  return failed?.by === me ? undefined : failed
}
