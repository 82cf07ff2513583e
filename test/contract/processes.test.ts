import { contract, sayWhatIsSkipped } from './contract.js'
import { rowsOfProcesses } from './rows-processes.js'

for (const row of rowsOfProcesses) contract(row)
sayWhatIsSkipped(rowsOfProcesses)
