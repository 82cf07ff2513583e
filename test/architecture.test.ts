import { describe, expect, it } from 'vitest'
import { floorOf, floors } from './support/floors.js'
import {
  backDoors,
  circles,
  longFiles,
  looseExports,
  nodePitfalls,
  reachesInto,
  sharedPackages,
  testKitImports,
  upwardImports,
  vagueNames,
} from './support/house-rules.js'
import { filesBelow, importsOf, type Source, source, sourcesBelow } from './support/source-tree.js'

const packages = sourcesBelow(['packages/core/src', 'packages/adapters/src'])
const everywhere = ['packages/core/src', 'packages/adapters/src', 'test', 'examples', 'bench', 'scripts']

describe('the house', () => {
  it('has sources to judge', () => {
    expect(packages.length).toBeGreaterThan(10)
    expect(packages.flatMap(({ imports }) => imports).length).toBeGreaterThan(20)
  })
  it('lets imports point to a lower floor or sideways', () => {
    expect(upwardImports(packages, floors)).toEqual([])
  })
  it('has no circles', () => {
    expect(circles(packages)).toEqual([])
  })
  it('has one importer per outside package', () => {
    expect(sharedPackages(packages, ['eventemitter3'])).toEqual([])
  })
  it('has no runtime import of eventemitter3 outside base/emitter', () => {
    const importers = packages.filter(({ imports }) =>
      imports.some(({ specifier, typeOnly }) => specifier === 'eventemitter3' && !typeOnly),
    )
    expect(importers.map(({ file }) => file)).toEqual(['packages/core/src/base/emitter.ts'])
  })
  it('keeps adapters at the front door of core', () => {
    expect(backDoors(packages)).toEqual([])
  })
  it('keeps the test kit apart from the code it judges', () => {
    expect(testKitImports(packages)).toEqual([])
  })
  it('asks no API server but in the rooms that are for it', () => {
    const rooms = ['kubernetes', 'controller', 'generate', 'cli']
    expect(reachesInto(packages, 'packages/adapters/src/kubernetes/', rooms)).toEqual([])
  })
  it('has no file over 250 lines', () => {
    expect(longFiles(sourcesBelow(everywhere), 250)).toEqual([])
  })
  it('names files after what they hold', () => {
    expect(vagueNames(filesBelow(everywhere, /./))).toEqual([])
  })
  it('behaves the same on every Node', () => {
    expect(nodePitfalls(packages)).toEqual([])
  })
  it('has no default export and exports no any', () => {
    expect(looseExports(packages)).toEqual([])
  })
})

const at = (module: string, text: string): Source => source(`packages/core/src/${module}.ts`, text)
const adapter = (text: string): Source => source('packages/adapters/src/env/x.ts', text)
const reacher = (folder: string): Source =>
  source(`packages/adapters/src/${folder}/x.ts`, "import type { Y } from '../kubernetes/y.js'")
const kit = (text: string): Source => at('testing/simulate', text)

// Each rule on a made-up house that breaks it: a rule that cannot complain keeps nothing true.
describe('each rule', () => {
  const low = at('base/errors', '')

  it('reads every form of import', () => {
    const text = `import { a } from './a.js'
import type { B } from './b.js'
import { type C, type D } from './c.js'
import { type E, f } from './d.js'
export { g } from './e.js'
export type { H } from './f.js'
import './g.js'
import {
  i,
} from './h.js'
// import { no } from './comment.js'
/**
 * import { no } from './doc.js'
 */
const j = await import('./i.js')
const k = "from './no.js'"
export const type = 1
import type from './j.js'`
    expect(
      importsOf(text).map(({ specifier, typeOnly }) => specifier.slice(2, 3) + (typeOnly ? ' type' : '')),
    ).toEqual(['a', 'b type', 'c type', 'd', 'e', 'f type', 'h', 'j', 'g', 'i'])
  })
  it('gives a floor by exact path, then by folder, else none', () => {
    const table = { 'mount/*': 1, 'mount/watch': 5, index: 6 }
    expect(['mount/watch', 'mount/read', 'index', 'new'].map((module) => floorOf(table, module))).toEqual([
      5,
      1,
      6,
      undefined,
    ])
  })
  it('complains of an import upwards, of an unknown file and of a missing one', () => {
    const up = at('mount/layout', "import { x } from '../base/errors.js'\nimport { y } from './watch.js'")
    const complaints = upwardImports(
      [low, up, at('mount/watch', "import '../gone.js'"), at('attic/box', '')],
      floors,
    )
    expect(complaints).toEqual([
      'packages/core/src/mount/layout.ts (1) imports packages/core/src/mount/watch.ts (5) above it',
      'packages/core/src/mount/watch.ts imports ../gone.js, which is not there',
      'packages/core/src/attic/box.ts has no floor: give it one in test/support/floors.ts',
    ])
  })
  it('complains of who reaches into a room that is not for it', () => {
    const found = reachesInto([reacher('http'), reacher('kubernetes')], 'packages/adapters/src/kubernetes/', [
      'kubernetes',
    ])
    expect(found).toEqual(['packages/adapters/src/http/x.ts imports ../kubernetes/y.js'])
  })
  it('complains of an import into another package', () => {
    const into = adapter("import '../../../core/src/base/errors.js'")
    expect(upwardImports([low, into], floors)[0]).toMatch(/another package/)
  })
  it('complains of a circle, through types too', () => {
    const found = circles([
      at('a', "import { b } from './b.js'"),
      at('b', "import type { C } from './c.js'"),
      at('c', "import { a } from './a.js'"),
      at('d', "import { a } from './a.js'"),
    ])
    expect(found).toEqual([['a', 'b', 'c', 'a'].map((m) => `packages/core/src/${m}.ts`).join(' → ')])
  })
  it('complains of a second importer, types apart where allowed', () => {
    const twice = [
      at('a', "import { watch } from 'chokidar'"),
      at('b', "import type { FSWatcher } from 'chokidar'"),
    ]
    expect(sharedPackages(twice, [])).toHaveLength(1)
    expect(sharedPackages(twice, ['chokidar'])).toEqual([])
  })
  it('complains of back doors', () => {
    expect(backDoors([adapter("import '@hotmount/core'")])).toEqual([])
    expect(backDoors([adapter("import '@hotmount/core/testing'")])).toHaveLength(1)
    expect(backDoors([at('a', "import '@hotmount/core'")])).toHaveLength(1)
  })
  it('complains when the test kit imports what it judges', () => {
    expect(
      testKitImports([
        kit("import type { Clock } from '../base/clock.js'\nimport 'node:fs'\nimport './x.js'"),
      ]),
    ).toEqual([])
    expect(testKitImports([kit("import { systemClock } from '../base/clock.js'")])).toHaveLength(1)
    expect(testKitImports([kit("import type { Change } from '../mount/change.js'")])).toHaveLength(1)
  })
  it('complains of a long file, a vague name and a loose export', () => {
    expect(longFiles([at('a', 'x\n'.repeat(3))], 2)).toHaveLength(1)
    expect(longFiles([at('a', 'x\n'.repeat(2))], 2)).toEqual([])
    expect(
      vagueNames(['a/file-watcher.ts', 'a/utils.ts', 'a/helpers/x.ts', 'a/watch.ts', 'a/utility.ts']),
    ).toHaveLength(3)
    const loose = looseExports([
      at('a', 'export default 1\nexport const x: any = 1\nexport const y: unknown = 1'),
    ])
    expect(loose).toHaveLength(2)
  })
  it('complains of what differs between Nodes', () => {
    const differs = ['readdir(path, { recursive: true, withFileTypes: true })', 'new AsyncDisposableStack()']
    expect(differs.flatMap((text) => nodePitfalls([at('a', text)]))).toHaveLength(2)
    expect(nodePitfalls([at('a', 'rm(path, { recursive: true })')])).toEqual([])
  })
})
