import { readdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { MountError } from '../base/errors.js'
import { codeOf } from '../base/thrown.js'
import { isReserved } from './layout.js'
import { locate, type Location } from './locate.js'
import { frozenBelow, isDeleted, isFrozen, isSilent, mountPointAt } from './mountinfo.js'

/** One thing worth knowing about a path. */
export interface Finding {
  readonly level: 'info' | 'warning' | 'error'
  readonly message: string
  readonly hint?: string
}

/** What a path is, and whether it will ever update. */
export interface MountInspection {
  readonly path: string
  readonly kind: 'atomic' | 'plain' | 'file' | 'subPath' | 'missing'
  readonly updates: 'live' | 'never' | 'unknown'
  /** A newer version exists that this container cannot see. */
  readonly stale: boolean
  readonly filesystem: string | undefined
  readonly findings: readonly Finding[]
}

type Judgement = Pick<MountInspection, 'kind' | 'updates' | 'stale'> & {
  readonly findings: readonly Finding[]
}

const wholeVolume = 'mount the whole volume at a directory, without subPath, and restart the container once'

const judgeFrozen = (stale: boolean): Judgement => ({
  kind: 'subPath',
  updates: 'never',
  stale,
  findings: [
    { level: 'error', message: 'a subPath mount: the kubelet never updates it', hint: wholeVolume },
    ...(stale
      ? [
          {
            level: 'error' as const,
            message: 'a newer version exists that this container cannot see',
            hint: 'restart the container',
          },
        ]
      : []),
  ],
})

const judgeKeys = (root: string): readonly Finding[] => {
  try {
    if (!readdirSync(root).every((name) => isReserved(name))) return []
    const hint = 'an optional source that does not exist (yet)?'
    return [{ level: 'warning', message: 'it has no keys', hint }]
  } catch (thrown) {
    const message = `it may not be listed (${codeOf(thrown) ?? 'unknown error'})`
    return [{ level: 'error', message, hint: 'set fsGroup, runAsUser or defaultMode in the pod spec' }]
  }
}

const judgeAtomic = (location: Location, stale: boolean): Judgement => {
  const findings: Finding[] = [
    {
      level: 'info',
      message: `a kubelet volume at ${location.root}: one rename of ..data publishes each revision`,
    },
  ]
  if (stale)
    findings.push({
      level: 'error',
      message: 'the kubelet took it down: no more updates',
      hint: 'restart the container',
    })
  return {
    kind: 'atomic',
    updates: stale ? 'never' : 'live',
    stale,
    findings: [...findings, ...judgeKeys(location.root)],
  }
}

const judgeFrozenKeys = ({ root, layout }: Location): readonly Finding[] =>
  (layout === 'plain' ? frozenBelow(root) : []).map((key) => ({
    level: 'error',
    message: `${key} is a subPath mount: the kubelet never updates it`,
    hint: wholeVolume,
  }))

const judgeOrdinary = (location: Location, stale: boolean): Judgement => {
  const { layout } = location
  const frozen = judgeFrozenKeys(location)
  const what = layout === 'file' ? 'an ordinary file' : 'an ordinary directory'
  const finding: Finding = stale
    ? {
        level: 'error',
        message: `${what} that was removed behind this container`,
        hint: 'restart the container',
      }
    : {
        level: 'info',
        message: `${what}, not a kubelet volume: writes are not atomic`,
        hint: 'changes are taken once writing has been quiet for a moment',
      }
  const kind = layout === 'file' ? 'file' : 'plain'
  const isNever = stale || frozen.length > 0
  return { kind, updates: isNever ? 'never' : 'unknown', stale, findings: [finding, ...frozen] }
}

const judgeMissing = (error: MountError): Judgement => ({
  kind: 'missing',
  updates: 'unknown',
  stale: false,
  findings: [
    { level: 'error', message: error.message, ...(error.hint !== undefined && { hint: error.hint }) },
  ],
})

/**
 * What is this path, and will it ever update? Never throws for what it finds; that is in `findings`.
 *
 * @example
 * const { updates, findings } = await inspectMount('/etc/config')
 * if (updates === 'never') console.error(findings.map((finding) => finding.message).join('; '))
 */
// Async so that it may look at slow file systems without blocking one day.
// oxlint-disable-next-line typescript/require-await
export const inspectMount = async (path: string): Promise<MountInspection> => {
  const given = resolve(path)
  let location: Location
  try {
    location = locate(given)
  } catch (thrown) {
    if (!(thrown instanceof MountError)) throw thrown
    return { path: given, filesystem: undefined, ...judgeMissing(thrown) }
  }
  const point = mountPointAt(location.root)
  // The last link of a directory or file is gone, yet it is there: something was mounted, and removed behind it.
  const isGone = isDeleted(point) || statSync(location.root, { throwIfNoEntry: false })?.nlink === 0
  const judge = (): Judgement => {
    if (isFrozen(point)) return judgeFrozen(isDeleted(point))
    return location.layout === 'atomic' ? judgeAtomic(location, isGone) : judgeOrdinary(location, isGone)
  }
  const judgement = judge()
  const silent: Finding = {
    level: 'warning',
    message: `${point?.filesystem} announces no changes made elsewhere`,
    hint: 'it is polled instead of watched',
  }
  const findings = isSilent(point) ? [...judgement.findings, silent] : judgement.findings
  return { path: given, filesystem: point?.filesystem, ...judgement, findings }
}
