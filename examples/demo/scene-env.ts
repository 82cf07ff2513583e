import { startProgram } from './program.js'
import type { Scene } from './scene.js'

/** Variables of a running process are set, changed and unset. */
export const envScene: Scene = {
  title: 'Environment variables of a running process follow an env file',
  play: async (stage) => {
    const { claims, workshop } = stage
    const volume = await workshop.mount('/etc/env', { 'app.env': 'LOG_LEVEL=info\n' })
    const app = await startProgram('env-reread', volume.path, stage)
    const sees = (logLevel: string, search: string): Promise<void> =>
      app.answers(JSON.stringify({ logLevel, search }))
    const publish = (text: string): Promise<unknown> => volume.swap({ 'app.env': text })
    await claims.that('LOG_LEVEL is there, from app.env', () => sees('info', 'unset'))

    stage.edit('app.env', '+ FEATURE_SEARCH=on')
    await claims.that('FEATURE_SEARCH is set', async () => {
      await publish('LOG_LEVEL=info\nFEATURE_SEARCH=on\n')
      await sees('info', 'on')
    })

    stage.edit('app.env', 'LOG_LEVEL=info → LOG_LEVEL=debug')
    await claims.that('LOG_LEVEL is changed', async () => {
      await publish('LOG_LEVEL=debug\nFEATURE_SEARCH=on\n')
      await sees('debug', 'on')
    })

    stage.edit('app.env', '− FEATURE_SEARCH')
    await claims.that('FEATURE_SEARCH is unset again', async () => {
      await publish('LOG_LEVEL=debug\n')
      await sees('debug', 'unset')
    })
  },
}
