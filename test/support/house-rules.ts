import path from 'node:path'
import { floorOf, type Floors } from './floors.js'
import type { Import, Source } from './source-tree.js'

/** A rule takes sources and returns what breaks it, one line each. */
export type Complaints = readonly string[]

const isLocal = ({ specifier }: Import): boolean => specifier.startsWith('.')
const targetOf = (file: string, specifier: string): string =>
  path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts')
const packageOf = (file: string): string => /^packages\/([^/]+)\/src\//.exec(file)?.[1] ?? ''
const moduleOf = (file: string): string => file.replace(/^packages\/[^/]+\/src\//, '').replace(/\.ts$/, '')
/** `a/b` of `a/b/c`, `@a/b` of `@a/b/c`. */
export const packageNameOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Every file has a floor, every import points down or sideways, and to a file that exists. */
export const upwardImports = (
  sources: readonly Source[],
  tables: Readonly<Record<string, Floors>>,
): Complaints => {
  const files = new Set(sources.map(({ file }) => file))
  return sources.flatMap(({ file, imports }) => {
    const table = tables[packageOf(file)] ?? {}
    const floor = floorOf(table, moduleOf(file))
    if (floor === undefined) return [`${file} has no floor: give it one in test/support/floors.ts`]
    return imports.filter(isLocal).flatMap(({ specifier }) => {
      const target = targetOf(file, specifier)
      if (!files.has(target)) return [`${file} imports ${specifier}, which is not there`]
      if (packageOf(target) !== packageOf(file)) return [`${file} reaches into another package: ${specifier}`]
      const below = floorOf(table, moduleOf(target))
      return below !== undefined && below > floor
        ? [`${file} (${floor}) imports ${target} (${below}) above it`]
        : []
    })
  })
}

/** No module reaches itself through its imports, counting type imports too. */
export const circles = (sources: readonly Source[]): Complaints => {
  const next = new Map(
    sources.map(({ file, imports }) => [
      file,
      imports.filter(isLocal).map(({ specifier }) => targetOf(file, specifier)),
    ]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) {
      found.push([...trail.slice(trail.indexOf(file)), file].join(' → '))
      return
    }
    if (done.has(file)) return
    for (const target of next.get(file) ?? []) visit(target, [...trail, file])
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  return found
}

/** One importer per outside package in each of ours. `typesAnywhere` may be named for types by anyone. */
export const sharedPackages = (sources: readonly Source[], typesAnywhere: readonly string[]): Complaints => {
  const importers = new Map<string, Set<string>>()
  for (const { file, imports } of sources)
    for (const { specifier, typeOnly } of imports) {
      const name = packageNameOf(specifier)
      if (/^[.]|^node:|^@hotmount\//.test(specifier) || (typeOnly && typesAnywhere.includes(name))) continue
      const entry = `${packageOf(file)}: ${name}`
      importers.set(entry, (importers.get(entry) ?? new Set()).add(file))
    }
  return [...importers]
    .filter(([, files]) => files.size > 1)
    .map(([name, files]) => `${name} has ${files.size} importers: ${[...files].join(', ')}`)
}

/** The one file that may write volumes as a kubelet does: what the commands project. */
const projects = 'packages/adapters/src/cli/manifest/projected.ts'

/** Adapters know core by its front door alone; core knows neither adapters nor its own front door. */
export const backDoors = (sources: readonly Source[]): Complaints =>
  sources.flatMap(({ file, imports }) =>
    imports
      .filter(({ specifier }) => specifier.startsWith('@hotmount/'))
      .filter(({ specifier }) => packageOf(file) !== 'adapters' || specifier !== '@hotmount/core')
      .filter(({ specifier }) => file !== projects || specifier !== '@hotmount/core/testing')
      .map(({ specifier }) => `${file} imports ${specifier}`),
  )

/** The test kit never imports the code it judges: nothing outside its folder but the type of a clock. */
export const testKitImports = (sources: readonly Source[]): Complaints =>
  sources
    .filter(({ file }) => file.startsWith('packages/core/src/testing/'))
    .flatMap(({ file, imports }) =>
      imports
        .filter(({ specifier, typeOnly }) => {
          const target = targetOf(file, specifier)
          const inside = target.startsWith('packages/core/src/testing/')
          const clock = typeOnly && target === 'packages/core/src/base/clock.ts'
          return !specifier.startsWith('node:') && !inside && !clock
        })
        .map(({ specifier }) => `${file} imports ${specifier}`),
    )

/** Nobody imports from a folder but the adapters' folders that are named. */
export const reachesInto = (
  sources: readonly Source[],
  folder: string,
  welcome: readonly string[],
): Complaints =>
  sources
    .filter(({ file }) => !welcome.includes(/^packages\/adapters\/src\/([^/]+)\//.exec(file)?.[1] ?? ''))
    .flatMap(({ file, imports }) =>
      imports
        .filter((one) => isLocal(one) && targetOf(file, one.specifier).startsWith(folder))
        .map(({ specifier }) => `${file} imports ${specifier}`),
    )

/** No file is longer than `limit` lines. */
export const longFiles = (sources: readonly Source[], limit: number): Complaints =>
  sources
    .filter(({ lines }) => lines > limit)
    .map(({ file, lines }) => `${file} has ${lines} lines, ${limit} is the limit`)

const unwelcome = /(?:^|[-./])(?:watchers?|managers?|handlers?|helpers?|utils?)(?:[-./]|$)/

/** A file is named after the one thing it holds. */
export const vagueNames = (files: readonly string[]): Complaints =>
  files.filter((file) => unwelcome.test(file)).map((file) => `${file}: name it after the thing it holds`)

/** No default export, no value of type `any` leaves a module. */
export const looseExports = (sources: readonly Source[]): Complaints =>
  sources.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, index) => {
      if (/^export default\b/.test(line)) return [`${file}:${index + 1} has a default export`]
      return /^export\b.*(?::|=>|<)\s*any\b/.test(line) && !line.startsWith('export type AnyReaction')
        ? [`${file}:${index + 1} exports an any`]
        : []
    }),
  )

const pitfalls: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    /\breaddir(?:Sync)?\([^)]*recursive: true/,
    'readdir with recursive and withFileTypes follows symlinks from Node 26 on',
  ],
  [/\b(?:Async)?DisposableStack\b|\bSuppressedError\b/, 'is typed here but missing before Node 24'],
]

/** Nothing that compiles everywhere and behaves differently on some Node that we support. */
export const nodePitfalls = (sources: readonly Source[]): Complaints =>
  sources.flatMap(({ file, text }) =>
    pitfalls.filter(([pattern]) => pattern.test(text)).map(([, why]) => `${file}: ${why}`),
  )
