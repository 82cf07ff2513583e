// Runs the tests on other Node majors: node scripts/node-matrix.mjs 22 24 26
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { nodeOf } from './node-of.mjs'

const root = path.join(import.meta.dirname, '..')

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
  const binary = path.join(nodeOf(major), 'bin/node')
  const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' })
  console.log(`\n--- Node ${stdout.trim()} ---`)
  if (testOn(binary) !== 0) process.exitCode = 1
}
