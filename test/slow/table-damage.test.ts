/** A thousand damaged copies of a file of each kind. */
import { testDamaged } from '../support/damaged-tables.js'

testDamaged(1000)
