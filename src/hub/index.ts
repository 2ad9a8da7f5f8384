/** Files of model hubs by name, from a cache of this machine or downloaded; and files that others chose, read safely. */
export type { HubFile, Kind, Source } from './download.ts'
export { LARGEST_PART_BYTES, pathWithin, readWhole, requireRegular, unreadable } from './localFiles.ts'
export { isHubName, locate, type Wanted } from './locate.ts'
