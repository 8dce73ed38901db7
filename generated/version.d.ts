// Generated from package.json by `npm run generate`. Do not edit.

/** The version of this package. */
export declare const version: string;
