import { lstatSync, readdirSync, type Stats } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { describeImage } from './support/image.js'

const command = '/hotmount/node_modules/@hotmount/adapters/dist/bin/hotmount.cjs'

/** Everything below a directory, as `/usr/local/bin/node`. */
const below = (directory: string, at = ''): readonly string[] =>
  readdirSync(path.join(directory, at), { withFileTypes: true }).flatMap((entry) => {
    const own = `${at}/${entry.name}`
    return entry.isDirectory() ? [own].concat(below(directory, own)) : own
  })

describeImage('the files of the image', 'hotmount', (built) => {
  const all = (): readonly string[] => below(built().rootfs)
  const status = (entry: string): Stats => lstatSync(path.join(built().rootfs, entry))

  it('are no program but node and the command, by the names it is called by', () => {
    const programs = all().filter(
      (entry) =>
        status(entry).isSymbolicLink() || (status(entry).isFile() && (status(entry).mode & 0o111) > 0),
    )
    expect(programs.filter((entry) => !/^\/lib(?:64)?\/.*\.so\.\d+$/.test(entry)).toSorted()).toEqual([
      '/bin/prometheus-config-reloader',
      '/configmap-reload',
      command,
      '/usr/local/bin/hotmount',
      '/usr/local/bin/node',
    ])
  })
  it('are no shell, package manager or toolbox', () => {
    const unwanted = /^(?:(?:ba|da|a|z)?sh|busybox|toybox|env|apt.*|dpkg.*|apk|npm|npx|pnpm|yarn|corepack)$/
    const files = all().filter((entry) => !status(entry).isDirectory())
    expect(files.filter((file) => unwanted.test(path.basename(file)))).toEqual([])
  })
  it('are what node loads, and licences, and nothing that only compilers and authors read', () => {
    const known =
      /^\/etc\/(?:passwd|group|nsswitch\.conf)$|^\/lib(?:64)?\/.*\.so\.\d+$|^\/usr\/local\/bin\/node$|\.[cm]?js$|\/package\.json$|\/LICEN[CS]E[^/]*$|\/copyright$|\/@hotmount\/.*\.(?:css|html|json)$/
    const files = all().filter((entry) => status(entry).isFile())
    expect(files.filter((file) => !known.test(file))).toEqual([])
    expect(files.filter((file) => /\/src\/|\.spec\.|\/test\//.test(file))).toEqual([])
    expect(files).toContain('/hotmount/node_modules/prom-client/index.js')
  })
  it('have a licence in every package', () => {
    const files = all()
    const manifests = files.filter((file) => /\/node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(file))
    const bare = manifests
      .map((file) => path.dirname(file))
      .filter(
        (home) => !files.some((file) => file.startsWith(`${home}/`) && /\/licen[cs]e[^/]*$/i.test(file)),
      )
    expect(manifests.length).toBeGreaterThan(8)
    expect(bare).toEqual([])
  })
  it('belong to root, all may read them, nobody may write them or become another by them', () => {
    const odd = all().filter((entry) => {
      const { uid, gid, mode } = status(entry)
      const isLoose = (mode & 0o6022) > 0 || (mode & 0o004) === 0
      return uid !== 0 || gid !== 0 || (!status(entry).isSymbolicLink() && isLoose)
    })
    expect(odd).toEqual([])
  })
})
