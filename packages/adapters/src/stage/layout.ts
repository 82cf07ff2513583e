import { randomInt } from 'node:crypto'

/** The link whose rename publishes a revision, as in a kubelet's volume. */
export const dataLink = '..data'
/** The link to the revision that was last verified: what a new start begins with. */
export const verifiedLink = '..verified'
/** Links made in advance, so that publishing, confirming and taking back need a rename and no space. */
export const spareLinks = {
  publish: '..data_tmp',
  confirm: '..verified_tmp',
  takeBack: '..data_back',
} as const

const revisionName = /^\.\.\d{4}(?:_\d\d){5}\.\d+$/

/** Whether a name is one that we give to the directory of a revision. */
export const isRevision = (name: string): boolean => revisionName.test(name)

/** A name for a new revision: UTC time and a random number, as the kubelet's. */
export const newRevision = (now: Date): string =>
  `..${now.toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_')}.${randomInt(2 ** 32)}`

const goneName = /^\.\.gone_\d{4}(?:_\d\d){5}\.\d+$/

/** What a revision is called while it is removed: no link leads to such a name, so half of it does no harm. */
export const goneNameOf = (revision: string): string => `..gone_${revision.slice(2)}`

/** Whether a name is one of a revision that is being removed. */
export const isGone = (name: string): boolean => goneName.test(name)

const longestName = 255

/** Why a path must not be written below the staging directory; undefined when it may. */
export const faultOf = (path: string): string | undefined => {
  const names = path.split('/')
  if (path === '') return 'it is empty'
  if (path.startsWith('/')) return 'it is absolute'
  if (names.includes('..')) return "it contains '..'"
  if (path.startsWith('..')) return "names beginning with '..' are those of the staging directory itself"
  if (names.some((name) => name === '' || name === '.')) return 'it is not in its shortest form'
  if (path.includes('\0')) return 'it contains a NUL'
  if (names.some((name) => Buffer.byteLength(name) > longestName))
    return `a name in it is longer than ${longestName} bytes`
  return undefined
}

/** The directories above a path, the topmost first: `a/b/c` has `a` and `a/b`. */
export const parentsOf = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, index, names) => names.slice(0, index + 1).join('/'))

/** A path that is wanted as a file and as a directory; undefined when there is none. */
export const clashIn = (paths: Iterable<string>): string | undefined => {
  const all = new Set(paths)
  return [...all].flatMap(parentsOf).find((parent) => all.has(parent))
}

/** What stands at the top of a staging directory: one name per first segment. */
export const topNames = (paths: Iterable<string>): ReadonlySet<string> =>
  new Set([...paths].map((path) => path.split('/', 1)[0] ?? path))
