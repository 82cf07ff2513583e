// Puts what is loaded at every start into few files, after `tsc -b`: node scripts/bundle.mjs
// A module costs a start about a millisecond, and a sidecar the memory of its loader. docs/adr/0009-few-files.md
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { rolldown } from 'rolldown'

const packages = path.join(import.meta.dirname, '../packages')
const isOutside = (id) => /^[^./]/.test(id) && !path.isAbsolute(id) && !id.startsWith('@hotmount/core')

/** What the bundle of a package loads and nobody would install with it: the bundler brings in packages of its own. */
const strays = (name, chunks) => {
  const manifest = JSON.parse(readFileSync(path.join(packages, name, 'package.json'), 'utf8'))
  const known = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  const loaded = chunks.flatMap(({ imports = [], dynamicImports = [] }) => [...imports, ...dynamicImports])
  return loaded
    .filter((id) => isOutside(id) && !isBuiltin(id))
    .filter((id) => !known.some((each) => id === each || id.startsWith(`${each}/`)))
    .filter((id) => !chunks.some(({ fileName }) => fileName === id))
}

// An import of `node:fs` asks for each of its names, and so loads streams; one of eventemitter3 reads all of it in
// search of names. Neither happens here. docs/adr/0009-few-files.md
const importsOf = /^import \{ (.+) \} from "(.+)";$/gm
const lighter = {
  name: 'lighter',
  renderChunk: (code) =>
    code.replace(importsOf, (line, names, id) => {
      if (id === 'eventemitter3') return line.replace(id, './eventemitter3.cjs')
      return isBuiltin(id)
        ? `const { ${names.replaceAll(' as ', ': ')} } = process.getBuiltinModule("${id}");`
        : line
    }),
}

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
  const { output: chunks } = await made.write({
    dir,
    format: output.format,
    entryFileNames: `[name]${ending}`,
    chunkFileNames: `[name]-[hash]${ending}`,
    comments: false,
    plugins: output.format === 'esm' ? [lighter] : [],
  })
  await made.close()
  const [name = ''] = into.split('/')
  const stray = strays(name, chunks)
  if (stray.length > 0)
    throw new Error(`the bundle of ${name} loads what it does not depend on: ${stray.join(', ')}`)
}

// What `import '@hotmount/core'` loads, of an installed package.
await bundle('core/dist/bundle', 'core/dist/index.js', { name: 'index', format: 'esm', ending: '.js' })
writeFileSync(
  path.join(packages, 'core/dist/bundle/eventemitter3.cjs'),
  "exports.EventEmitter = require('eventemitter3')\n",
)
// The command. As CommonJS: Node's loader of ES modules alone is 2 MB.
await bundle('adapters/dist/bin', 'adapters/dist/cli/bin.js', {
  name: 'hotmount',
  format: 'cjs',
  ending: '.cjs',
})
