// Runs the tests on other Node majors: node scripts/node-matrix.mjs 22 24 26
// Each Node comes from the npm registry (the platform package needs no install script) and is kept in .node-matrix/.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const platform = `node-${process.platform}-${process.arch}`

/** Path of a Node of that major, installed if it is not there yet. */
const nodeOf = (major) => {
  const home = path.join(root, '.node-matrix', major)
  const binary = path.join(home, 'node_modules', platform, 'bin/node')
  if (existsSync(binary)) return binary
  mkdirSync(home, { recursive: true })
  // A package.json of its own: npm must not walk up to the workspace's.
  writeFileSync(path.join(home, 'package.json'), '{ "private": true }\n')
  const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
  const npm = ['install', ...options, `${platform}@${major}`]
  const { status } = spawnSync('npm', npm, { cwd: home, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0 || !existsSync(binary))
    throw new Error(`no Node ${major}: could not install ${platform}@${major}`)
  return binary
}

/** Exit code of the tests on one Node. Children that ask PATH for node get the same one. */
const testOn = (binary) => {
  const env = { ...process.env, PATH: `${path.dirname(binary)}${path.delimiter}${process.env.PATH}` }
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  return (
    spawnSync(binary, [vitest, 'run'], { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }).status ??
    1
  )
}

const majors = process.argv.slice(2)
if (majors.length === 0 || !majors.every((major) => /^\d+$/.test(major))) {
  console.error('usage: node scripts/node-matrix.mjs MAJOR…   (such as 22 24 26)')
  process.exit(2)
}
for (const major of majors) {
  const binary = nodeOf(major)
  const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' })
  console.log(`\n--- Node ${stdout.trim()} ---`)
  if (testOn(binary) !== 0) process.exitCode = 1
}
