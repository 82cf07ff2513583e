import { readFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node'
import { lastLines, type Tally } from './tally.js'

const packages = JSON.parse(readFileSync(new URL('debian.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>

type Parent = TestModule | TestSuite

const parents = (test: TestCase): readonly Parent[] => {
  const found: Parent[] = []
  for (let at: Parent = test.parent; ; at = at.parent) {
    found.push(at)
    if (at.type === 'module') return found
  }
}

/** Counts a run. A test that a broken hook or file kept from running has failed, it was not skipped. */
const tallyOf = (modules: readonly TestModule[], unhandled: number): Tally => {
  const groups = modules.flatMap((module): Parent[] => [module, ...module.children.allSuites()])
  const broken = new Set(groups.filter((group) => group.errors().length > 0))
  const all = modules.flatMap((module) => [...module.children.allTests()])
  const ofState = (state: string): TestCase[] => all.filter((test) => test.result().state === state)
  const leftOut = [...ofState('skipped'), ...ofState('pending')]
  const kept = leftOut.filter((test) => parents(test).some((parent) => broken.has(parent)))
  const blamed = new Set(kept.flatMap(parents))
  const silent = [...broken].filter((group) => !blamed.has(group))
  return {
    passed: ofState('passed').length,
    failed: ofState('failed').length + kept.length + silent.length + unhandled,
    skipped: leftOut.filter((test) => !kept.includes(test)).map((test) => test.fullName),
  }
}

/** Ends a run with what was skipped, how to have it run, and the plain counts. HOTMOUNT_NO_SKIPS=1 forbids skips. */
export class SkipsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const forbidden = process.env['HOTMOUNT_NO_SKIPS'] === '1'
    const tally = tallyOf(modules, unhandled.length)
    if (forbidden && tally.skipped.length > 0) process.exitCode = 1
    // Written at exit: the default reporter's summary must come first.
    process.once('exit', () => console.log(lastLines(tally, packages, forbidden).join('\n')))
  }
}
