import { expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import { describeImage, volume } from './support/image.js'
import { answerOf, nginxIn, site } from './support/nginx.js'

describeImage('nginx with hotmount copied in [needs nginx]', 'nginx-hotmount', (built) => {
  it('follows its mount as pid 1 on a read-only root, and TERM ends both', async () => {
    const port = await freePort()
    const mount = await volume(site(port, 'one'))
    const { words, binds } = nginxIn(mount.path)
    const container = await built().start({ args: words, binds })
    await container.printed(/"msg":"watching"/)
    await expect.poll(() => answerOf(port), { timeout: 20_000 }).toBe('one')
    await mount.swap(site(port, 'two'))
    await container.printed(/"msg":"config applied"/)
    await expect.poll(() => answerOf(port), { timeout: 20_000 }).toBe('two')
    await mount.swap({ 'default.conf': 'lissten 80;' })
    await container.printed(/"msg":"config rejected"/)
    expect(await answerOf(port)).toBe('two')
    container.kill('TERM')
    expect(await container.exited).toBe(0)
    expect(await answerOf(port)).toBe('nothing')
  })
})
