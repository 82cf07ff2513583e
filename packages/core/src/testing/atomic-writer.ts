import {
  chmod,
  lstat,
  mkdir,
  readFile,
  rename,
  rm,
  rmdir,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathsOf, visibleNames, type Payload } from './payload.js'
import { dataLink, failedWith, makeRevision, nextLink, readLink, walk } from './revision.js'

/** One thing the kubelet does to a volume. */
export type Step = 'write' | 'publish' | 'link' | 'unlink' | 'prune'

/** `current`: links of new keys come after the publish. `links-first`: before it (kubelet before 1.23, CSI driver). */
export type WriteOrder = 'current' | 'links-first'

interface Job {
  readonly volume: string
  readonly payload: Payload
  readonly order: WriteOrder
  /** Called before each operation; one that throws makes the operation fail. */
  readonly before: (step: Step) => void
}
type Steps<Result = void> = AsyncGenerator<Step, Result, void>

const isUnchanged = async (path: string, bytes: Buffer): Promise<boolean> => {
  try {
    return bytes.equals(await readFile(path))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return false
    throw error
  }
}

const isPublished = async (old: string, payload: Payload): Promise<boolean> => {
  for (const [key, bytes] of payload) if (!(await isUnchanged(join(old, key), bytes))) return false
  return true
}

async function* writeRevision({ volume, payload, before }: Job): Steps<string> {
  const revision = await makeRevision(volume)
  yield 'write'
  for (const [key, bytes] of payload) {
    before('write')
    const path = join(volume, revision, key)
    if (key.includes('/')) await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
    await chmod(path, 0o644)
    yield 'write'
  }
  return revision
}

async function* publish({ volume, before }: Job, revision: string): Steps {
  try {
    before('publish')
    await symlink(revision, join(volume, nextLink))
    yield 'write'
    await rename(join(volume, nextLink), join(volume, dataLink))
  } catch (error) {
    // Only here does the kubelet clean up after itself: a failed write of a key leaves its directory behind.
    await rm(join(volume, nextLink), { force: true })
    await rm(join(volume, revision), { recursive: true, force: true })
    throw error
  }
  yield 'publish'
}

async function* link({ volume, payload, before }: Job): Steps {
  for (const name of visibleNames(payload)) {
    if ((await readLink(join(volume, name))) !== undefined) continue
    before('link')
    await symlink(`${dataLink}/${name}`, join(volume, name))
    yield 'link'
  }
}

async function* unlinkStale({ volume, before }: Job, stale: readonly string[]): Steps {
  for (const name of stale.filter((path) => !path.includes('/'))) {
    before('unlink')
    await rm(join(volume, name), { force: true })
    yield 'unlink'
  }
}

async function* prune({ volume, before }: Job, revision: string): Steps {
  const entries = await walk(join(volume, revision))
  for (const entry of entries.toReversed()) {
    before('prune')
    await (entry.directory ? rmdir : unlink)(join(volume, revision, entry.path))
    yield 'prune'
  }
  before('prune')
  await rm(join(volume, revision), { recursive: true, force: true })
  yield 'prune'
}

/**
 * The kubelet's AtomicWriter, operation by operation. Like it, it knows nothing but what it finds on the disk, and
 * never removes what an earlier crash left, except a leftover `..data_tmp`, on which a real kubelet is stuck.
 */
export async function* atomicWrite(job: Job): Steps<string | undefined> {
  const { volume, payload, order } = job
  await mkdir(volume, { recursive: true })
  const old = await readLink(join(volume, dataLink))
  const wanted = pathsOf(payload)
  const present = old === undefined ? [] : await walk(join(volume, old))
  const stale = present.map((entry) => entry.path).filter((path) => !wanted.has(path))
  if (old !== undefined && stale.length === 0 && (await isPublished(join(volume, old), payload))) {
    // Since Kubernetes 1.30 an unchanged write still creates links that a crash left missing.
    if (order === 'current') yield* link(job)
    return undefined
  }
  await rm(join(volume, nextLink), { force: true })
  const revision = yield* writeRevision(job)
  if (order === 'links-first') yield* link(job)
  yield* publish(job, revision)
  if (order === 'current') yield* link(job)
  yield* unlinkStale(job, stale)
  if (old !== undefined) yield* prune(job, old)
  return revision
}

/** Everything in a volume goes, entry by entry, and then the directory: what a failed write leads to. */
export async function* tearDown(volume: string): Steps {
  const entries = await walk(volume)
  for (const entry of entries.toReversed()) {
    const path = join(volume, entry.path)
    await ((await lstat(path)).isDirectory() ? rmdir : unlink)(path)
    yield 'prune'
  }
  await rm(volume, { recursive: true, force: true })
  yield 'prune'
}
