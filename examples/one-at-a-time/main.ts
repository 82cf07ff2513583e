import { createServer } from 'node:http'
import { oneAtATime, report } from '@hotmount/adapters/kubernetes'
import { httpProbe } from '@hotmount/adapters/probe'
import { defineReaction, reload, watchConfigMap } from '@hotmount/core'

const [directory = '/etc/shop'] = process.argv.slice(2)
const mount = await watchConfigMap(directory)
const facts: Readonly<Record<string, string>> = { visitor: 'you' }
let page = mount.snapshot.text('page.txt')

// A name that nobody knows shows only when a page is asked for: no check of the file finds it.
const rendered = (): string =>
  page.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const fact = facts[name]
    if (fact === undefined) throw new Error(`page.txt: nobody knows {${name}}`)
    return fact
  })

const server = createServer((_request, response) => {
  try {
    response.end(rendered())
  } catch {
    response.writeHead(500).end()
  }
})
await new Promise<void>((resolve) => server.listen(Number(process.env['PORT'] ?? 8080), resolve))
const address = server.address()
const port = typeof address === 'object' ? address?.port : undefined
console.log(`listening on port: ${port}`)

const isWell = httpProbe(`http://127.0.0.1:${port}/`, { within: '2s' })
const shop = defineReaction<void>({
  name: 'shop',
  check: (snapshot) => {
    if (snapshot.text('page.txt').trim() === '') throw new Error('page.txt is empty')
  },
  apply: ({ snapshot }) => void (page = snapshot.text('page.txt')),
  verify: (_, { signal }) => isWell.run(signal),
  rollback: (good) => void (page = good.text('page.txt')),
})

// The first replica is the canary. Where it fails, it goes back, and the others do not try.
const loop = reload(mount, oneAtATime(shop, { lease: 'shop-config' }), {
  timeout: '5m',
  retry: { max: '15s' },
})
loop.on('report', (told) =>
  console.log('error' in told ? `${told.outcome}: ${told.error.message}` : told.outcome),
)

// kubectl get pods and hotmount status --selector app=shop show who runs what.
report(loop, { mount })

process.once('SIGTERM', () => {
  server.close()
  void mount.close()
})
