import { contract, sayWhatIsSkipped } from './contract.js'
import { rowsOfServers } from './rows-servers.js'

for (const row of rowsOfServers) contract(row)
sayWhatIsSkipped(rowsOfServers)
