import { get } from 'node:http'

/** What became of a load. */
export interface Load {
  readonly answered: number
  /** Requests that got no answer, or not 200: in words. */
  readonly failed: readonly string[]
}

/** Four clients, each request on a connection of its own, 20 ms after the last answer, until stopped. */
export const startLoad = (url: string): (() => Promise<Load>) => {
  const failed: string[] = []
  let answered = 0
  const stop = new AbortController()
  const once = (): Promise<void> =>
    new Promise((resolve) => {
      const later = (): void => void setTimeout(resolve, 20)
      get(url, { agent: false }, (response) => {
        if (response.statusCode === 200) answered++
        else failed.push(`status ${response.statusCode}`)
        response.resume().on('close', later)
      }).on('error', (error: NodeJS.ErrnoException) => {
        failed.push(error.code ?? error.message)
        later()
      })
    })
  const client = async (): Promise<void> => {
    while (!stop.signal.aborted) await once()
  }
  const clients = [client(), client(), client(), client()]
  return async () => {
    stop.abort()
    await Promise.all(clients)
    return { answered, failed }
  }
}
