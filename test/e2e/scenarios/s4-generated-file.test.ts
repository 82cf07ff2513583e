import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { launch, logged } from '../../adapters/cli/support.js'
import { scratch } from '../../adapters/process/children.js'
import { answering, ask } from '../../adapters/servers/nginx-process.js'
import { freePort } from '../../support/free-port.js'
import { describeWith } from '../../support/servers.js'
import { nginxFiles } from './nginx-files.js'
import { line } from './stage.js'

/** Rewrites a file in place, piece by piece, as a slow generator does. */
const rewrite = async (path: string, pieces: readonly string[]): Promise<void> => {
  const file = openSync(path, 'r+')
  ftruncateSync(file)
  for (const piece of pieces) {
    writeSync(file, piece)
    await pause(100)
  }
  closeSync(file)
}

describeWith('nginx', 'S4: a file that is generated in place and may not be there yet', () => {
  it('starts nginx with the first file, and never loads half of a later one', async () => {
    const directory = scratch()
    const [one, two] = [await freePort(), await freePort()]
    const file = join(directory, 'default.conf')
    const nginx = nginxFiles(`${directory}/*.conf`)
    const wrapper = launch(
      line(`run --mount ${file} --wait 1h --settle 500ms --server nginx -- ${nginx.argv.join(' ')}`),
    )
    const pages = (page: string): readonly string[] => [
      `${answering(one, page)}\n`,
      `${answering(two, page)}\n`,
    ]
    await expect(ask(one)).resolves.toBe('ECONNREFUSED')
    writeFileSync(file, pages('index1').join(''))
    await vi.waitFor(
      async () => expect([await ask(one), await ask(two)]).toEqual(['index1', 'index1']),
      10_000,
    )

    // After the first piece the file is a good config that lacks half of the servers: no check could tell.
    const seen = new Set<string>()
    const asking = new AbortController()
    const watching = (async () => {
      while (!asking.signal.aborted) seen.add(await ask(two))
    })()
    await rewrite(file, [...pages('index2'), '# the', ' end\n'])
    await logged(wrapper, { msg: 'config applied' })
    asking.abort()
    await watching
    expect([...seen].filter((each) => !/^index[12]$/.test(each))).toEqual([])
    expect([await ask(one), await ask(two)]).toEqual(['index2', 'index2'])
    expect(
      readFileSync(join(nginx.work, 'error.log'), 'utf8').match(/received.*, reconfiguring/g),
    ).toHaveLength(1)

    // Its generator died in the middle: that is refused, and what runs goes on.
    await rewrite(file, [answering(one, 'index3').slice(0, -5)])
    await logged(wrapper, { msg: 'config rejected' })
    expect([await ask(one), await ask(two)]).toEqual(['index2', 'index2'])
    await rewrite(file, pages('index4'))
    await vi.waitFor(
      async () => expect([await ask(one), await ask(two)]).toEqual(['index4', 'index4']),
      10_000,
    )
    expect(existsSync(join(nginx.work, 'pid'))).toBe(true)
  }, 60_000)
})
