// Packs both packages and uses the tarballs as a stranger would: lint, install, import, require, run, type-check.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const names = ['core', 'adapters']
const read = (file) => JSON.parse(readFileSync(file, 'utf8'))
const work = mkdtempSync(path.join(tmpdir(), 'hotmount-pack-'))
const app = path.join(work, 'app')
mkdirSync(app)

/** Runs a program to its end; its output is part of the failure, not of a success. */
const run = (cwd, file, args, timeout = 120_000) => {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd,
    timeout,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  })
  if (status !== 0)
    throw new Error(
      `${path.basename(file)} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`,
    )
  return stdout
}
const node = (...args) => run(app, process.execPath, args)
const bin = (name) => path.join(root, 'node_modules/.bin', name)
const must = (condition, message) => {
  if (!condition) throw new Error(message)
}

const tarballs = {}
const manifests = {}
const pack = (name) => {
  run(root, 'npm', ['run', '-s', 'pnpm', '--', '-C', `packages/${name}`, 'pack', '--pack-destination', work])
  tarballs[name] = path.join(
    work,
    readdirSync(work).find((file) => file.startsWith(`hotmount-${name}-`)),
  )
}
const contents = (name) => {
  const files = run(work, 'tar', ['-tzf', tarballs[name]]).trim().split('\n')
  const manifest = JSON.parse(run(work, 'tar', ['-xzOf', tarballs[name], 'package/package.json']))
  manifests[name] = manifest
  must(files.includes('package/LICENSE'), 'no LICENSE in the tarball')
  must(
    !files.some((file) => /tsbuildinfo|node_modules|\.test\./.test(file)),
    'the tarball holds build or test leftovers',
  )
  const sources = new Set(files.filter((file) => file.startsWith('package/src/')))
  const orphans = files.filter(
    (file) =>
      /^package\/dist\/(?!bundle\/).*\.js$/.test(file) &&
      !sources.has(file.replace('/dist/', '/src/').replace(/\.js$/, '.ts')),
  )
  must(orphans.length === 0, `built from sources that are gone (npm run clean): ${orphans.join(', ')}`)
  must(
    !/workspace:|catalog:|@hotmount\/(?:source|bundle)/.test(JSON.stringify(manifest)),
    'package.json still speaks of the workspace',
  )
  for (const { types, default: code } of Object.values(manifest.exports).filter(
    (entry) => typeof entry === 'object',
  ))
    for (const file of [types, code])
      must(files.includes(path.posix.join('package', file)), `${file} is not in the tarball`)
}
const lint = (name) => run(root, bin('publint'), ['run', tarballs[name], '--strict'])
const types = (name) => run(root, bin('attw'), [tarballs[name], '--profile', 'esm-only'])

/** Without a registry: unpacks the tarballs and links what they depend on from the workspace. */
const link = () => {
  const modules = path.join(app, 'node_modules')
  const from = (name, dependency) => path.join(root, 'packages', name, 'node_modules', dependency)
  mkdirSync(path.join(modules, '@standard-schema'), { recursive: true })
  mkdirSync(path.join(modules, '@types'))
  symlinkSync(path.join(root, 'node_modules/@types/node'), path.join(modules, '@types/node'))
  for (const name of names) {
    const home = path.join(modules, '@hotmount', name)
    mkdirSync(home, { recursive: true })
    run(home, 'tar', ['-xzf', tarballs[name], '--strip-components=1'])
    for (const dependency of Object.keys(manifests[name].dependencies))
      if (!existsSync(path.join(modules, dependency)))
        symlinkSync(from(name, dependency), path.join(modules, dependency))
  }
  mkdirSync(path.join(modules, '.bin'))
  symlinkSync('../@hotmount/adapters/dist/bin/hotmount.cjs', path.join(modules, '.bin/hotmount'))
}
const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED/
const install = () => {
  writeFileSync(path.join(app, 'package.json'), '{ "private": true, "type": "module" }\n')
  const nodeTypes = `@types/node@${read(path.join(root, 'package.json')).devDependencies['@types/node']}`
  const options = [
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--fetch-retries=0',
    '--fetch-timeout=30000',
  ]
  try {
    run(app, 'npm', ['install', ...options, ...Object.values(tarballs), nodeTypes])
  } catch (error) {
    if (!offline.test(error.message)) throw error
    console.log('  (no registry: linked the dependencies from the workspace instead)')
    rmSync(path.join(app, 'node_modules'), { recursive: true, force: true })
    link()
  }
}

const subpaths = () =>
  names.flatMap((name) =>
    Object.keys(manifests[name].exports)
      .filter((subpath) => !subpath.endsWith('.json'))
      .map((subpath) => path.posix.join('@hotmount', name, subpath)),
  )
/** Loading must have no effect but exports: nothing printed, nothing left running, the same names both ways. */
const load = () => {
  for (const subpath of subpaths()) {
    const print =
      'process.stdout.write(Object.keys(m).filter((k) => !/^(__esModule|module.exports)$/.test(k)).sort().join())'
    const imported = node('--input-type=module', '-e', `import * as m from '${subpath}'; ${print}`)
    const required = node('--input-type=commonjs', '-e', `const m = require('${subpath}'); ${print}`)
    must(imported.length > 0, `${subpath} exports nothing`)
    must(imported === required, `${subpath}: import and require disagree: ${imported} / ${required}`)
  }
}
const command = () => {
  const hotmount = path.join(app, 'node_modules/.bin/hotmount')
  const version = run(app, hotmount, ['--version']).trim()
  must(version.includes(manifests.adapters.version), `hotmount --version says ${version}`)
  must(
    /run[\s\S]*watch[\s\S]*inspect/.test(run(app, hotmount, ['--help'])),
    'hotmount --help does not name its commands',
  )
}
const consumer = () => {
  const all = subpaths().map(
    (subpath, index) => `import * as all${index} from '${subpath}'\nvoid all${index}\n`,
  )
  writeFileSync(
    path.join(app, 'consumer.ts'),
    `${all.join('')}
import { reload, watchConfigMap, type Report } from '@hotmount/core'
const mount = await watchConfigMap('/etc/config', { resync: '10s' })
const text: string = mount.snapshot.text('app.yaml')
// @ts-expect-error a value is text, not a number
const wrong: number = mount.snapshot.text('app.yaml')
const loop = reload(mount, (change) => void change.touches('app.yaml'))
loop.on('report', (report: Report) => void report.outcome)
void [text, wrong]
`,
  )
  const options = {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    strict: true,
    noEmit: true,
  }
  writeFileSync(
    path.join(app, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }),
  )
  run(app, bin('tsc'), ['-p', app])
}

const steps = [
  ...names.flatMap((name) => [
    { title: `pack ${name}`, step: () => pack(name) },
    { title: `contents of ${name}`, step: () => contents(name) },
    { title: `publint ${name}`, step: () => lint(name) },
    { title: `types resolve for ${name}`, step: () => types(name) },
  ]),
  { title: 'install into an empty project', step: install },
  { title: 'import and require every subpath', step: load },
  { title: 'run the command', step: command },
  { title: 'type-check a consumer', step: consumer },
]
const failed = []
for (const { title, step } of steps) {
  try {
    step()
    console.log(`✓ ${title}`)
  } catch (error) {
    failed.push(title)
    console.log(`× ${title}\n${error.message}`)
  }
}
rmSync(work, { recursive: true, force: true })
console.log(`${steps.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1
