/** Some damaged copies of a picture of each kind; test/slow has more. */
import { testDamagedPictures } from '../../support/damaged-pictures.js'

testDamagedPictures(50)
