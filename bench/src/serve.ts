/** For each thing that can be asked, what answers it. */
export type Answers<Request extends { readonly ask: string }> = {
  readonly [Ask in Request['ask']]: (request: Extract<Request, { readonly ask: Ask }>) => unknown
}

/** Its chief alone says when it ends: an interrupt from the terminal reaches both. */
const obey = (end: () => void): void => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  process.on('disconnect', end)
}

/**
 * The inner side of a child process: answers each request, one after the other. Whatever it has started ends in
 * `atLast` or when the process exits.
 */
export const serve = (
  answers: Readonly<Record<string, (request: never) => unknown>>,
  atLast: () => Promise<unknown> = () => Promise.resolve(),
): void => {
  const answer = async (request: { readonly ask: string }): Promise<void> => {
    const value: unknown = await answers[request.ask]?.(request as never)
    // Whoever asked may be gone by now: then nobody wants to know.
    if (process.connected) process.send?.(value ?? {}, undefined, undefined, () => {})
  }
  process.on('message', (request) => void answer(request as { readonly ask: string }))
  obey(() => void atLast().finally(() => process.exit()))
}
