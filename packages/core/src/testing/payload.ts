import { Buffer } from 'node:buffer'

/** What a volume is to contain: keys (nested: `tls/server.crt`) with text or bytes. */
export type Data = Readonly<Record<string, string | Uint8Array>>

/** Checked {@link Data}, as bytes. */
export type Payload = ReadonlyMap<string, Buffer>

const longestPath = 4096
const longestName = 255

const faultOf = (key: string): string | undefined => {
  const names = key.split('/')
  if (key === '') return 'it is empty'
  if (key.startsWith('/')) return 'it is absolute'
  if (names.includes('..')) return "it contains '..'"
  if (key.startsWith('..')) return "names starting with '..' are reserved for the kubelet"
  if (names.some((name) => name === '' || name === '.')) return 'it is not in its shortest form'
  if (key.includes('\0')) return 'it contains a NUL'
  if (Buffer.byteLength(key) > longestPath) return `it is longer than ${longestPath} bytes`
  if (names.some((name) => Buffer.byteLength(name) > longestName))
    return `a name in it is longer than ${longestName} bytes`
  return undefined
}

/** The directories above a key: `a/b/c` has `a` and `a/b`. */
const parentsOf = (key: string): string[] =>
  key
    .split('/')
    .slice(0, -1)
    .map((_, index, names) => names.slice(0, index + 1).join('/'))

/** Every path a revision holds: keys, and the directories above them. */
export const pathsOf = (payload: Payload): ReadonlySet<string> => {
  const paths = new Set(payload.keys())
  for (const key of payload.keys()) for (const parent of parentsOf(key)) paths.add(parent)
  return paths
}

/** The names a volume shows on top: one per first segment. */
export const visibleNames = (payload: Payload): ReadonlySet<string> =>
  new Set([...payload.keys()].map((key) => key.split('/', 1)[0] ?? key))

/** Checks the keys as the kubelet does and copies the bytes. Throws an Error that names the key. */
export const payloadOf = (data: Data): Payload => {
  const payload = new Map<string, Buffer>()
  if (typeof data !== 'object')
    throw new Error("keys and values are needed, as in { 'app.yaml': 'port: 80' }")
  for (const [key, value] of Object.entries(data)) {
    const fault = faultOf(key)
    if (fault !== undefined)
      throw new Error(`a kubelet refuses the key ${JSON.stringify(key.slice(0, 300))}: ${fault}`)
    if (typeof value !== 'string' && !((value as unknown) instanceof Uint8Array))
      throw new Error(`the value of the key ${key} is neither text nor bytes`)
    payload.set(key, typeof value === 'string' ? Buffer.from(value) : Buffer.from(Uint8Array.from(value)))
  }
  for (const key of payload.keys())
    for (const parent of parentsOf(key))
      if (payload.has(parent))
        throw new Error(`the key ${parent} cannot be a file and the directory of ${key}`)
  return payload
}
