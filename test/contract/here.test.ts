import { contract, sayWhatIsSkipped } from './contract.js'
import { rowsHere } from './rows-here.js'

for (const row of rowsHere) contract(row)
sayWhatIsSkipped(rowsHere)
