import { contract, sayWhatIsSkipped } from './contract.js'
import { rowsOfCluster } from './rows-cluster.js'

for (const row of rowsOfCluster) contract(row)
sayWhatIsSkipped(rowsOfCluster)
