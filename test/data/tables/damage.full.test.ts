/** Damaged files; `test/slow/table-damage.test.ts` has many more of them. */
import { testDamaged } from '../../support/damaged-tables.js'

testDamaged(40)
