/** @jest-environment node */
require('perfgate/jest')
