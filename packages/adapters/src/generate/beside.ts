import type { Key, Mount, SuppliedMount } from '@hotmount/core'

/** The keys of a mount as they are. */
export const bytesIn = (mount: Mount | undefined): Readonly<Record<Key, Uint8Array>> =>
  mount ? Object.fromEntries(mount.snapshot.keys().map((key) => [key, mount.snapshot.bytes(key)])) : {}

/** What one mount tells, another one tells too. */
export const passOn = (from: Mount, to: SuppliedMount): void => {
  from.on('change', () => to.ring())
  from.on('error', (error) => to.begin(error))
  from.on('recovered', (error) => to.end(error.code))
  from.on('close', () => void to.close())
}
