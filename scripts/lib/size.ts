/** What the main entry may be with all it needs, in bytes, minified and gzipped. */
export const mainEntryMaxBytes = 15_360;
