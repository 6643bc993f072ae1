/** A thousand damaged copies of a file of each kind. */
import { someCopies } from '../support/damaged.js'
import { testDamaged } from '../support/damaged-tables.js'

testDamaged(1000, someCopies(1000, 300))
