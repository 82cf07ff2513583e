/** Fails a proof. What was seen is the demo's own content, so it may be shown. */
export const same = (seen: unknown, wanted: unknown, what: string): void => {
  if (seen !== wanted) throw new Error(`${what}: ${JSON.stringify(seen)}, not ${JSON.stringify(wanted)}`)
}

const pauseMs = 5

/** Waits until a condition holds; asks again every 5 ms, for at most `withinMs`. The signal ends it at once. */
export const until = async (
  what: string,
  holds: () => Promise<boolean> | boolean,
  signal: AbortSignal,
  withinMs = 10_000,
): Promise<void> => {
  const end = performance.now() + withinMs
  for (;;) {
    signal.throwIfAborted()
    if (await holds()) return
    if (performance.now() >= end) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
