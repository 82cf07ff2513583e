import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageNameOf } from './support/house-rules.js'
import { root, sourcesBelow } from './support/source-tree.js'

type Entry = string | Readonly<Record<string, string>>
interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly type: string
  readonly private?: boolean
  readonly bin?: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, Entry>>
  readonly publishConfig: { readonly exports: Readonly<Record<string, Entry>>; readonly access: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly engines: { readonly node: string }
}

const manifestOf = (directory: string): Manifest =>
  JSON.parse(readFileSync(path.join(root, directory, 'package.json'), 'utf8')) as Manifest

const core = manifestOf('packages/core')
const adapters = manifestOf('packages/adapters')
const workspace = readFileSync(path.join(root, 'pnpm-workspace.yaml'), 'utf8')

const withoutSource = (exports: Manifest['exports']): Manifest['exports'] =>
  Object.fromEntries(
    Object.entries(exports).map(([subpath, entry]) => {
      if (typeof entry === 'string') return [subpath, entry]
      return [
        subpath,
        Object.fromEntries(Object.entries(entry).filter(([name]) => !name.startsWith('@hotmount/'))),
      ]
    }),
  )

describe.each([
  ['core', core],
  ['adapters', adapters],
])('package %s', (directory, manifest) => {
  const entries = Object.entries(manifest.exports)

  it('publishes the exports it is tested with', () => {
    // The one entry that is bundled: scripts/bundle.mjs makes both from the same file.
    const bundled = JSON.stringify(manifest.publishConfig.exports).replace(
      './dist/bundle/index.js',
      './dist/index.js',
    )
    expect(JSON.parse(bundled)).toEqual(withoutSource(manifest.exports))
  })
  it.each(entries.filter(([subpath]) => !subpath.endsWith('.json')))(
    'builds %s from the source it names',
    (_subpath, entry) => {
      const conditions = entry as Readonly<Record<string, string>>
      const source = conditions['@hotmount/source'] ?? ''
      const built = source.replace('./src/', './dist/').replace(/\.ts$/, '')
      // Conditions are tried in order: the source first, the types before the code.
      expect(Object.entries(conditions).filter(([name]) => name !== '@hotmount/bundle')).toEqual([
        ['@hotmount/source', source],
        ['types', `${built}.d.ts`],
        ['default', `${built}.js`],
      ])
      expect(existsSync(path.join(root, 'packages', directory, source))).toBe(true)
    },
  )
  it('declares the packages its sources import, and no others', () => {
    const imported = sourcesBelow([`packages/${directory}/src`])
      .flatMap(({ imports }) => imports.map(({ specifier }) => specifier))
      .filter((specifier) => !/^[.]|^node:/.test(specifier))
      .map(packageNameOf)
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    // The command's bundle has core in it, and so needs what that needs: not every installer puts it in reach.
    const bundled = directory === 'adapters' ? Object.keys(core.dependencies ?? {}) : []
    expect([...new Set([...imported, ...bundled])].toSorted()).toEqual(declared.toSorted())
  })
  it('is an open ESM package for Node from 20.19', () => {
    expect(manifest).toMatchObject({
      type: 'module',
      license: 'MIT',
      engines: { node: '>=20.19.0' },
      publishConfig: { access: 'public' },
    })
  })
})

describe('the workspace', () => {
  it('keeps core at two dependencies', () => {
    expect(Object.keys(core.dependencies ?? {})).toEqual(['chokidar', 'eventemitter3'])
    expect(core.peerDependencies).toBeUndefined()
  })
  it('moves both packages in lockstep', () => {
    expect(adapters.version).toBe(core.version)
    expect(adapters.dependencies?.['@hotmount/core']).toBe('workspace:^')
    expect(workspace).toMatch(/fixed:\s+- \['@hotmount\/core', '@hotmount\/adapters'\]/)
  })
  it('ships the command with an interpreter line', () => {
    const text = readFileSync(path.join(root, 'packages/adapters', adapters.bin?.['hotmount'] ?? ''), 'utf8')
    expect(text.split('\n')[0]).toBe('#!/usr/bin/env node')
  })
  it('has a root that npm can read and does not publish', () => {
    const text = readFileSync(path.join(root, 'package.json'), 'utf8')
    // npm stops at these with an error of its own, before it can say "please use pnpm".
    expect(text).not.toMatch(/workspace:|catalog:/)
    const unpublished = ['.', 'test', 'examples', 'bench'].filter(
      (folder) => manifestOf(folder).private !== true,
    )
    expect(unpublished).toEqual([])
  })
  it('pins the tools exactly', () => {
    const loose = Object.entries(manifestOf('.').devDependencies ?? {}).filter(
      ([, v]) => !/^\d+\.\d+\.\d+$/.test(v),
    )
    expect(loose).toEqual([])
  })
})
