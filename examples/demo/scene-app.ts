import { ask } from './web.js'
import { same } from './expectations.js'
import { startProgram } from './program.js'
import type { Scene } from './scene.js'

const good = (greeting: string): { 'app.yaml': string } => ({
  'app.yaml': `greeting: ${greeting}\nport: 0\n`,
})

/** An app takes a good edit, refuses two bad ones and says why, and takes the mended one. */
export const appScene: Scene = {
  title: 'An HTTP app follows its config, and no bad edit gets in',
  play: async (stage) => {
    const { claims, workshop } = stage
    const volume = await workshop.mount('/etc/config', good('hello'))
    const app = await startProgram('app-self-reload', volume.path, stage)
    await claims.that('the app answers “hello”, as app.yaml says', () => app.answers('hello'))

    stage.edit('app.yaml', 'greeting: hello → greeting: good morning')
    await claims.that('it answers “good morning”: same process, no restart', async () => {
      await volume.swap(good('good morning'))
      await app.answers('good morning')
    })

    stage.edit('app.yaml', 'port: 0 → port: eighty')
    await claims.that('the edit is refused, and the app says which key and path', async () => {
      await volume.swap({ 'app.yaml': 'greeting: good evening\nport: eighty\n' })
      const line = await app.said(/rejected: .* at port/)
      same(line.includes('eighty'), false, 'the value is shown')
      return line
    })
    await claims.that('it goes on with the last good config, and its health tells', async () => {
      same(await ask(app.port), 'good morning', 'GET /')
      same(await ask(app.port, '/healthz'), 'stale', 'GET /healthz')
    })

    stage.edit('app.yaml', 'a second greeting: by accident')
    await claims.that('a slip in the YAML is refused too, with its line', async () => {
      await volume.swap({ 'app.yaml': 'greeting: good night\nport: 0\ngreeting: good day\n' })
      const line = await app.said(/rejected: .*line \d/)
      same(await ask(app.port), 'good morning', 'GET /')
      return line
    })

    stage.edit('app.yaml', 'mended: greeting: good night')
    await claims.that('the mended edit is taken', async () => {
      await volume.swap(good('good night'))
      await app.answers('good night')
      same(await ask(app.port, '/healthz'), 'ok', 'GET /healthz')
    })
  },
}
