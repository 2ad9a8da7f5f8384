/** Options in files: read with their lines, checked, and joined with what was said elsewhere. */

export { below, type ConfigFileRequest, layerOf, loadConfig, loadConfigLayer, settle } from './configFile.ts'
export { type FileDocument, readDocuments } from './document.ts'
export { type Environment, type Substituted, substituteVariables, TEXT, VARIABLE } from './environment.ts'
export { fromHere, liesWithin, MODULE_EXTENSIONS, shownPath, TEXT_EXTENSIONS } from './find.ts'
export { comparable, joinLayers, type Layer, type Layered, placed, withPlaces } from './layers.ts'
