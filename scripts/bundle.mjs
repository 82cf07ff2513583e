// Puts what is loaded at every start into few files, after `tsc -b`: node scripts/bundle.mjs
// A module costs a start about a millisecond, and a sidecar the memory of its loader. docs/adr/0009-few-files.md
import { rmSync } from 'node:fs'
import path from 'node:path'
import { rolldown } from 'rolldown'

const packages = path.join(import.meta.dirname, '../packages')
const isOutside = (id) => /^[^./]/.test(id) && !path.isAbsolute(id) && !id.startsWith('@hotmount/core')

const bundle = async (into, entry, output) => {
  const dir = path.join(packages, into)
  rmSync(dir, { recursive: true, force: true })
  const made = await rolldown({
    input: { [output.name]: path.join(packages, entry) },
    platform: 'node',
    external: isOutside,
    resolve: { conditionNames: ['node', 'import', 'default'] },
  })
  const { ending } = output
  await made.write({
    dir,
    format: output.format,
    entryFileNames: `[name]${ending}`,
    chunkFileNames: `[name]-[hash]${ending}`,
    comments: false,
  })
  await made.close()
}

// What `import '@hotmount/core'` loads, of an installed package.
await bundle('core/dist/bundle', 'core/dist/index.js', { name: 'index', format: 'esm', ending: '.js' })
// The command. As CommonJS: Node's loader of ES modules alone is 2 MB.
await bundle('adapters/dist/bin', 'adapters/dist/cli/bin.js', {
  name: 'hotmount',
  format: 'cjs',
  ending: '.cjs',
})
