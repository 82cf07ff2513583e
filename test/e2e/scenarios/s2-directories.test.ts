import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { launch, logged } from '../../adapters/cli/support.js'
import { scratch } from '../../adapters/process/children.js'
import { answering, ask } from '../../adapters/servers/nginx-process.js'
import { freePort } from '../../support/free-port.js'
import { describeWith } from '../../support/servers.js'
import { nginxFiles } from './nginx-files.js'
import { line, startServer } from './stage.js'

describeWith('nginx', 'S2: several directories, *.conf only, 5 s of quiet, a command', () => {
  it('runs the command once for a burst, knows what was created, modified and deleted, and minds its exit code', async () => {
    const [first, second] = [scratch(), scratch()]
    mkdirSync(join(second, 'deep'))
    const [one, two] = [await freePort(), await freePort()]
    writeFileSync(join(first, 'one.conf'), answering(one, 'one'))
    const nginx = nginxFiles(`${first}/*.conf`, `${second}/deep/*.conf`)
    startServer('nginx', nginx.argv.slice(1))
    await vi.waitFor(async () => expect(await ask(one)).toBe('one'), 10_000)
    const reloader = launch(
      line(`sidecar --no-initial --mount a=${first} --mount b=${second} --keys 'a/*.conf,b/*.conf,b/*/*.conf' --settle 5s
        --accept-empty --reload-command '${nginx.with('-s', 'reload')}' --check '${nginx.with('-t', '-q')}'
        --verify-url http://127.0.0.1:${one}/`),
    )
    await logged(reloader, { msg: 'watching' })

    // What is no *.conf, or is not finished, is nobody's business.
    writeFileSync(join(first, '.one.conf.swp'), 'hunter2000')
    writeFileSync(join(first, 'notes.txt'), 'hunter2000')
    writeFileSync(join(second, 'deep', 'two.conf'), answering(two, 'two'))
    writeFileSync(join(first, 'one.conf'), 'server {')
    writeFileSync(join(first, 'one.conf'), answering(one, 'changed'))
    const changed = await logged(reloader, { msg: 'config changed' })
    expect(changed['keys']).toEqual({ added: ['b/deep/two.conf'], changed: ['a/one.conf'], removed: [] })
    await logged(reloader, { msg: 'config applied' })
    expect([await ask(one), await ask(two)]).toEqual(['changed', 'two'])

    rmSync(join(second, 'deep', 'two.conf'))
    await vi.waitFor(async () => expect(await ask(two)).toBe('ECONNREFUSED'), 20_000)
    writeFileSync(join(first, 'one.conf'), 'server { lissten 1; }')
    await logged(reloader, { msg: 'config rejected' })
    expect(await ask(one)).toBe('changed')
    expect(reloader.log().filter(({ msg }) => msg === 'config applied')).toHaveLength(2)
    expect(reloader.err()).not.toContain('hunter2000')
  }, 90_000)
})
