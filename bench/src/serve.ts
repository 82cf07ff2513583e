/** For each thing that can be asked, what answers it. */
export type Answers<Request extends { readonly ask: string }> = {
  readonly [Ask in Request['ask']]: (request: Extract<Request, { readonly ask: Ask }>) => unknown
}

/** The inner side of a child process: answers each request, one after the other. */
export const serve = (answers: Readonly<Record<string, (request: never) => unknown>>): void => {
  const answer = async (request: { readonly ask: string }): Promise<void> => {
    const value: unknown = await answers[request.ask]?.(request as never)
    process.send?.(value ?? {})
  }
  process.on('message', (request) => void answer(request as { readonly ask: string }))
  // Whoever asked is gone.
  process.on('disconnect', () => process.exit())
}
