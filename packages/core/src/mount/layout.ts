/** `atomic`: a kubelet volume with its `..data` link; `plain`: an ordinary directory; `file`: one ordinary file. */
export type Layout = 'atomic' | 'plain' | 'file'

/** The link whose rename publishes a revision. */
export const dataLink = '..data'

/** Names beginning with two dots belong to the kubelet; one dot (`.env`) is an ordinary key. */
export const isReserved = (name: string): boolean => name.startsWith('..')

const revision = String.raw`\.\.\d{4}(?:_\d\d){5}\.\d+`
const revisionName = new RegExp(`^${revision}$`)
const revisionInPath = new RegExp(`(?:^|/)${revision}(?:/|$)`)

/** Whether a directory name is one that the kubelet gives to a revision. */
export const isRevisionName = (name: string): boolean => revisionName.test(name)

/**
 * Whether a mount's root lies inside one revision: a subPath, frozen for ever.
 * Not anchored on /var/lib/kubelet: the root is relative to its file system. docs/01-mounts.md
 */
export const isFrozenRoot = (root: string): boolean => revisionInPath.test(root)

/** How deep keys may be nested in an ordinary directory. */
export const deepest = 8

/** What editors leave beside the file they save: vim's `.x.swp` and `x~`, emacs' `.#x` and `#x#`. */
export const isEditorFile = (name: string): boolean => /^\..*\.sw[a-px]$|~$|^\.#|^#.*#$/.test(name)

/** Whether a name in an ordinary directory is a key, at the top (`nested` false) or below. */
export const isPlainKey = (name: string, nested: boolean): boolean =>
  !isEditorFile(name) && (nested || !isReserved(name))
