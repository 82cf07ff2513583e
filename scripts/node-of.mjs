import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const platform = `node-${process.platform}-${process.arch}`

/**
 * Home of a Node of that major, installed if it is not there yet: bin/node and LICENSE. It comes from the npm registry
 * (the platform package needs no install script) and is kept in .node-matrix/.
 */
export const nodeOf = (major) => {
  const project = path.join(root, '.node-matrix', major)
  const home = path.join(project, 'node_modules', platform)
  if (existsSync(path.join(home, 'bin/node'))) return home
  mkdirSync(project, { recursive: true })
  // A package.json of its own: npm must not walk up to the workspace's.
  writeFileSync(path.join(project, 'package.json'), '{ "private": true }\n')
  const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
  const npm = ['install', ...options, `${platform}@${major}`]
  const { status } = spawnSync('npm', npm, { cwd: project, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0 || !existsSync(path.join(home, 'bin/node')))
    throw new Error(`no Node ${major}: could not install ${platform}@${major}`)
  return home
}
