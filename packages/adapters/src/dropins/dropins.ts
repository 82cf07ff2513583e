import type { Page } from '../cli/help.js'
import type { Mode } from './modes.js'
import type { Start } from './dropin.js'

/** One command. Nothing of it is loaded before it is needed. */
interface Dropin {
  readonly page: () => Promise<Page>
  readonly start: () => Promise<Start>
  readonly logs: true
}

/** Every command that stands in for something else. */
export const dropins: Readonly<Record<Mode | 'every', Dropin>> = {
  'configmap-reload': {
    page: async () => (await import('./configmap-reload/page.js')).configmapReloadPage,
    start: async () => (await import('./configmap-reload/command.js')).configmapReload,
    logs: true,
  },
  'prometheus-config-reloader': {
    page: async () => (await import('./prometheus-config-reloader/page.js')).prometheusConfigReloaderPage,
    start: async () => (await import('./prometheus-config-reloader/command.js')).prometheusConfigReloader,
    logs: true,
  },
  'nginx-reloader': {
    page: async () => (await import('./nginx-reloader/page.js')).nginxReloaderPage,
    start: async () => (await import('./nginx-reloader/command.js')).nginxReloader,
    logs: true,
  },
  'signal-sidecar': {
    page: async () => (await import('./signal-sidecar/page.js')).signalSidecarPage,
    start: async () => (await import('./signal-sidecar/command.js')).signalSidecar,
    logs: true,
  },
  every: {
    page: async () => (await import('./every/page.js')).everyPage,
    start: async () => (await import('./every/command.js')).every,
    logs: true,
  },
}
