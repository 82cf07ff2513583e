import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How node is started so that packages of the workspace are loaded from what they publish. */
export const asInstalled = '--conditions=@hotmount/bundle'

/** What installing a package brings: bytes of files as unpacked, and packages beside itself. */
export interface Installed {
  readonly bytes: number
  readonly dependencies: number
}

interface Manifest {
  readonly name: string
  readonly files?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const sizeOf = (path: string): number => {
  const stat = lstatSync(path)
  if (!stat.isDirectory()) return stat.isFile() ? stat.size : 0
  return readdirSync(path)
    .filter((name) => name !== 'node_modules' && name !== '.tsbuildinfo')
    .reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

/** Where a package is that something in this directory imports; undefined where it is not installed. */
const find = (name: string, from: string): string | undefined => {
  const candidate = join(from, 'node_modules', name)
  if (existsSync(candidate)) return realpathSync(candidate)
  const above = dirname(from)
  return above === from ? undefined : find(name, above)
}

/** A package of the workspace holds more than it publishes: its `files` and what always belongs to a package. */
const packageSize = (directory: string, { files }: Manifest): number =>
  directory.includes('node_modules') || files === undefined
    ? sizeOf(directory)
    : [...files.filter((name) => !name.startsWith('!')), 'package.json', 'README.md', 'LICENSE']
        .map((name) => join(directory, name))
        .filter((path) => existsSync(path))
        .reduce((sum, path) => sum + sizeOf(path), 0)

/** Looks at the files that are installed here for a package and for all that it depends on. */
export const installedSize = (name: string, from: string = fileURLToPath(import.meta.url)): Installed => {
  const sizes = new Map<string, number>()
  const visit = (wanted: string, directory: string): void => {
    const found = find(wanted, directory)
    // An optional dependency is there for the machine it was made for alone.
    if (found === undefined || sizes.has(found)) return
    const manifest = JSON.parse(readFileSync(join(found, 'package.json'), 'utf8')) as Manifest
    sizes.set(found, packageSize(found, manifest))
    for (const next of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
      visit(next, found)
  }
  visit(name, dirname(from))
  return { bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0), dependencies: sizes.size - 1 }
}
