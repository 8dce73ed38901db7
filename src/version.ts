/** The version of this package, as it is sent in `User-Agent`. */
export const version = "1.0.0";
