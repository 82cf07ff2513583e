import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { publicNamesOf } from '../support/public-names.js'
import { root } from '../support/source-tree.js'
import { rowsOfCluster } from './rows-cluster.js'
import { rowsHere } from './rows-here.js'
import { rowsOfProcesses } from './rows-processes.js'
import { rowsOfServers } from './rows-servers.js'

/** What makes a reaction and is not in the table, and why. */
const exempt: Readonly<Record<string, string>> = {
  serverReload: 'makes presets, and every preset is in the table',
}

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const sources = Object.values(
  (
    JSON.parse(read('packages/adapters/package.json')) as {
      readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
    }
  ).exports,
).flatMap((entry) => (typeof entry === 'string' ? [] : (entry['@hotmount/source'] ?? [])))

/** Whether a function is declared to return a reaction. */
const makesReaction = ({ name, file }: { readonly name: string; readonly file: string }): boolean => {
  const [, declared = ''] = read(file).split(new RegExp(`^export const ${name}\\b`, 'm'))
  return /^[^\n]* = \([^]*?\): (?:Reaction(?:<.*>)?|Stage) =>/.test(declared.split(/^}/m)[0] ?? '')
}

it('has a row for every exported function that returns a reaction', () => {
  const made = sources
    .flatMap((entry) => publicNamesOf(path.join('packages/adapters', entry)))
    .filter(({ callable }) => callable)
    .filter(makesReaction)
    .map(({ name }) => name)
  const rows = [...rowsHere, ...rowsOfCluster, ...rowsOfProcesses, ...rowsOfServers].map(({ name }) => name)
  expect(made.length).toBeGreaterThan(10)
  expect([...new Set(made)].filter((name) => !rows.includes(name) && !(name in exempt))).toEqual([])
  expect(rows.filter((name) => !name.startsWith('Supervisor.') && !made.includes(name))).toEqual([])
})
