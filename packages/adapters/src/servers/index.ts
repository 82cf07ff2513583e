export { nginx, type NginxOptions } from './nginx.js'
export { nginxArgs, type NginxFiles } from './nginx-args.js'
export type { ServerOptions } from './server-reload.js'
