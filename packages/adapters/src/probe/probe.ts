/**
 * One reusable question to something that runs: does it work, with the new config?
 *
 * @example
 * const answers: Probe = { describe: 'ping', run: async () => { await client.ping() } }
 */
export interface Probe {
  /** For messages: 'GET http://127.0.0.1:8080/healthz'. */
  readonly describe: string
  /** Resolves once the answer is yes, with what was seen if that is worth telling. Rejects when it stays no. */
  run(signal: AbortSignal): Promise<string | void>
}
