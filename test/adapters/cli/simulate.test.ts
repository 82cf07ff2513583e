import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { begin, finish, temporary, volume } from './support.js'

const web = `apiVersion: v1
kind: ConfigMap
metadata: { name: web }
data:
  a.conf: "one"
  "empty":
binaryData:
  b.bin: AAEC
`
const tls = `kind: Secret
metadata: { name: tls }
data:
  tls.key: aHVudGVyMg==
  both: eA==
stringData:
  tls.crt: certificate
  both: wins
`

const place = async (manifest: string): Promise<{ readonly file: string; readonly into: string }> => {
  const directory = await temporary()
  const file = path.join(directory, 'manifest.yaml')
  await writeFile(file, manifest)
  return { file, into: path.join(directory, 'volume') }
}

const contentOf = async (directory: string): Promise<Readonly<Record<string, string>>> => {
  const names = (await readdir(directory)).filter((name) => !name.startsWith('..'))
  const texts = await Promise.all(names.map((name) => readFile(path.join(directory, name), 'latin1')))
  return Object.fromEntries(names.map((name, at) => [name, texts[at] ?? '']))
}

describe('hotmount simulate', () => {
  it('projects a ConfigMap: text, nothing, and bytes, by links into one revision', async () => {
    const { file, into } = await place(web)
    const { code, out, err } = await finish(['simulate', file, into, '--once'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const revision = await readlink(path.join(into, '..data'))
    expect(out).toBe(`01:02:03 ${revision} +a.conf +empty +b.bin\n`)
    expect(await contentOf(into)).toEqual({ 'a.conf': 'one', empty: '', 'b.bin': '\u0000\u0001\u0002' })
    expect(await readlink(path.join(into, 'a.conf'))).toBe('..data/a.conf')
  })
  it('projects a Secret out of several documents and lists; stringData beats data', async () => {
    const list = `kind: List\nitems:\n- ${web.trim().replaceAll('\n', '\n  ')}\n`
    const { file, into } = await place(`${list}---\n${tls}---\nkind: Deployment\nmetadata: { name: x }\n`)
    for (const name of ['tls', 'secret/tls', 'Secret/tls']) {
      const { code, out } = await finish(['simulate', file, into, '--once', '--name', name])
      expect(code).toBe(0)
      expect(out).not.toContain('hunter2')
    }
    expect(await contentOf(into)).toEqual({ 'tls.key': 'hunter2', 'tls.crt': 'certificate', both: 'wins' })
    const listed = await finish(['simulate', file, into, '--once', '--name', 'web'])
    expect(listed.code).toBe(0)
    expect(Object.keys(await contentOf(into))).toContain('a.conf')
  })
  it('swaps again when the manifest changes, and keeps the last good one when it is wrong', async () => {
    const { file, into } = await place(web)
    const session = begin(['simulate', file, into, '--json'])
    const lines = (): readonly Record<string, unknown>[] =>
      session
        .out()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    await vi.waitFor(() => expect(lines()).toHaveLength(1), 5000)
    await writeFile(file, web.replace('"one"', '80'))
    await vi.waitFor(() => expect(lines()).toHaveLength(2), 5000)
    expect(lines()[1]).toMatchObject({
      event: 'refused',
      error: `configmap/web would be refused by the API server\n${file}:5:11 data.a.conf: expected text: quote it`,
    })
    expect(await contentOf(into)).toMatchObject({ 'a.conf': 'one' })
    await writeFile(file, web.replace('"one"', '"hunter2"').replace('binaryData:\n  b.bin: AAEC\n', ''))
    await vi.waitFor(() => expect(lines()).toHaveLength(3), 5000)
    expect(lines()[2]).toMatchObject({ event: 'swap', added: [], changed: ['a.conf'], removed: ['b.bin'] })
    expect(await contentOf(into)).toEqual({ 'a.conf': 'hunter2', empty: '' })
    session.stop()
    expect(await session.code).toBe(0)
    expect(session.out()).not.toContain('hunter2')
    // What was made stays, and may be taken up again.
    expect((await finish(['simulate', file, into, '--once'])).code).toBe(0)
  })
  it('projects a directory of plain files, and one of a kubelet', async () => {
    const { into } = await place(web)
    const plain = await temporary()
    await writeFile(path.join(plain, 'app.yaml'), 'x')
    expect((await finish(['simulate', plain, into, '--once'])).code).toBe(0)
    expect(await contentOf(into)).toEqual({ 'app.yaml': 'x' })
    const mount = await volume({ 'other.yaml': 'y' })
    expect((await finish(['simulate', mount.path, into, '--once'])).code).toBe(0)
    expect(await contentOf(into)).toEqual({ 'other.yaml': 'y' })
  })
  it('never touches a directory that is not its own, nor one that another writes', async () => {
    const { file, into } = await place(web)
    await mkdir(into)
    await writeFile(path.join(into, 'precious'), 'x')
    const foreign = await finish(['simulate', file, into, '--once'])
    expect(foreign.code).toBe(2)
    expect(foreign.err).toContain('holds files that simulate did not make')
    expect(await readdir(into)).toEqual(['precious'])
    const mount = await volume({ a: '1' })
    expect((await finish(['simulate', file, mount.path, '--once'])).code).toBe(2)
    expect(await contentOf(mount.path)).toEqual({ a: '1' })
    const around = await finish(['simulate', path.dirname(file), into, '--once'])
    expect(around.err).toContain('lie in each other')

    const own = path.join(path.dirname(file), 'own')
    const writer = begin(['simulate', file, own], { pid: process.pid })
    await vi.waitFor(() => expect(writer.out()).toContain('+a.conf'), 5000)
    const second = await finish(['simulate', file, own, '--once'], { pid: process.pid + 1_000_000 })
    expect(second.err).toContain(`is written by process ${process.pid}`)
    writer.stop()
    await writer.code
    expect((await finish(['simulate', file, own, '--once'], { pid: process.pid + 1_000_000 })).code).toBe(0)
  })
  it.each<[string, string]>([
    ['kind: Pod\nmetadata: { name: x }', 'holds no ConfigMap and no Secret'],
    [`${web}---\n${tls}`, 'holds 2 of them'],
    [web.replace('AAEC', 'A!'), ':8:10 binaryData.b.bin: expected base64'],
    [tls.replace('aHVudGVyMg==', 'hunter2'), ':4:12 data.tls.key: expected base64'],
    [web.replace('a.conf', '"hun ter"'), ':5:3 data.hun ter: a key is made of letters'],
    [web.replace('a.conf', '..data'), ':5:3 data...data: a key does not begin with two dots'],
    [web.replace('b.bin', 'a.conf'), ':8:3 binaryData.a.conf: this key is in data too'],
    [web.replace('binaryData', 'stringData'), 'only a Secret has it'],
    [web.replace('\ndata:', '\ndtaa:'), 'dtaa: there is no such field; did you mean data?'],
    [
      web.replace('"one"', `"${'x'.repeat(2 ** 20)}"`),
      ':4:1 data: all values together are over 1048576 bytes',
    ],
    [`${web}  : [`, 'is not valid YAML'],
  ])('refuses %j by place', async (manifest, message) => {
    const { file, into } = await place(manifest)
    const { code, out, err } = await finish(['simulate', file, into, '--once'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
    expect(err).not.toContain('hunter2')
    await expect(readdir(into)).rejects.toThrow('ENOENT')
  })
  it.each<[string[], string]>([
    [[], 'a manifest and a directory are needed'],
    [['a'], 'a manifest and a directory are needed'],
    [['a', 'b', 'c'], 'more than two words'],
    [['/nowhere.yaml', '/tmp/x'], '/nowhere.yaml cannot be read (ENOENT)'],
  ])('refuses the words %j', async (words, message) => {
    const { code, err } = await finish(['simulate', ...words])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
  it('tells what was probably meant by --name', async () => {
    const { file, into } = await place(`${web}---\n${tls}`)
    const { err } = await finish(['simulate', file, into, '--name', 'tsl'])
    expect(err).toContain('holds no "tsl"; did you mean tls?')
    expect(err).toContain('there are: configmap/web, secret/tls')
  })
})
