/** A thousand damaged copies of a picture of each kind. */
import { testDamagedPictures } from '../support/damaged-pictures.js'

testDamagedPictures(1000)
