import { watchConfig } from 'c12'
import type { Start } from './contender.js'

/** Loads and parses one config file of a directory again, 100 ms after the last event by default. */
export const start: Start = async (path, sink) => {
  await watchConfig({
    cwd: path,
    name: 'app',
    onUpdate: ({ newConfig }) => {
      const { config } = newConfig
      sink.delivered(() => JSON.stringify({ n: config['n'], x: config['x'] }))
    },
  })
}
