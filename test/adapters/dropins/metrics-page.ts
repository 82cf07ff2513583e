/** A page of metrics as Prometheus reads it. */
export interface MetricsPage {
  /** Kind and labels by name; labels of those that have a sample. */
  readonly families: Readonly<Record<string, string>>
  readonly samples: Readonly<Record<string, number>>
}

/** Reads the text format, as far as these tests need it. */
export const metricsIn = (page: string): MetricsPage => {
  const families: Record<string, string> = {}
  const samples: Record<string, number> = {}
  for (const line of page.split('\n')) {
    const [, name = '', kind = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? []
    if (name !== '') families[name] = kind
    const [, sample, value] = /^([^#\s].*) (\S+)$/.exec(line) ?? []
    if (sample !== undefined) samples[sample] = Number(value)
  }
  return { families, samples }
}
