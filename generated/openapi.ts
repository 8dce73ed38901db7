// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.
export interface paths {
    "/products/collections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a product collection
         * @description Needs a Sub-Account token with the scope `products/collection.write`: the OAuth access token of
         *     an app installed in the sub-account, or a private integration token, made in the sub-account's
         *     settings.
         *
         *     The call is not idempotent: a request that was carried out and is sent again may create a second
         *     collection.
         */
        post: operations["createProductCollection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A collection to create, and where. */
        CreateProductCollectionRequest: {
            /**
             * @description Id of the location to create the collection in.
             * @example 6578278e879ad2646715ba9c
             */
            altId: string;
            /**
             * @description What `altId` identifies. A location is all that is supported so far.
             * @example location
             * @enum {string}
             */
            altType: "location";
            /**
             * @description Id for the new collection, a MongoDB ObjectId. Chosen by HighLevel if left out.
             * @example 66057f9d28536eae584ec047
             */
            collectionId?: string;
            /**
             * @description Name of the collection, as shown to shoppers.
             * @example Best Sellers
             */
            name: string;
            /**
             * @description The collection's part of a store URL. It has to be unique and free of spaces and special
             *     characters. Which characters count as special HighLevel does not say, so the pattern
             *     excludes white space alone.
             * @example best-sellers
             */
            slug: string;
            /**
             * @description URL of the thumbnail.
             * @example http://example.com/watermark.png
             */
            image?: string;
            seo?: components["schemas"]["CollectionSeo"];
        };
        /**
         * @description How search engines and link previews present the collection.
         * @example {
         *       "title": "Best Sellers",
         *       "description": "Collections where all the best products are available"
         *     }
         */
        CollectionSeo: {
            /**
             * @description Title of the preview.
             * @example Best Sellers
             */
            title?: string;
            /**
             * @description Text of the preview.
             * @example Collections where all the best products are available
             */
            description?: string;
        };
        /** @description Envelope of a created collection. */
        CreateProductCollectionResponse: {
            data: components["schemas"]["ProductCollection"];
        };
        /**
         * @description A collection that exists.
         * @example {
         *       "_id": "655b33a82209e60b6adb87a5",
         *       "altId": "Z4Bxl8J4SaPEPLq9IQ8g",
         *       "name": "Best Sellers",
         *       "slug": "best-sellers",
         *       "image": "http://example.com/watermark.png",
         *       "seo": {
         *         "title": "Best Sellers",
         *         "description": "Collections where all the best products are available"
         *       },
         *       "createdAt": "2024-02-22T09:27:19.728Z"
         *     }
         */
        ProductCollection: {
            /**
             * @description Id of the collection.
             * @example 655b33a82209e60b6adb87a5
             */
            _id: string;
            /**
             * @description Id of the location that the collection belongs to.
             * @example Z4Bxl8J4SaPEPLq9IQ8g
             */
            altId: string;
            /**
             * @description Name of the collection.
             * @example Best Sellers
             */
            name: string;
            /**
             * @description The collection's part of a store URL, unique and free of spaces and special characters.
             * @example best-sellers
             */
            slug: string;
            /**
             * @description URL of the thumbnail.
             * @example http://example.com/watermark.png
             */
            image: string;
            seo: components["schemas"]["CollectionSeo"];
            /**
             * Format: date-time
             * @description When the collection was created.
             * @example 2024-02-22T09:27:19.728Z
             */
            createdAt: string;
        };
        /** @description Why the request could not be understood. */
        BadRequestError: {
            /**
             * @description The HTTP status again.
             * @example 400
             */
            statusCode?: number;
            /**
             * @description What is wrong, in words.
             * @example Bad Request
             */
            message?: string;
        };
        /** @description Why the token was refused. */
        UnauthorizedError: {
            /**
             * @description The HTTP status again.
             * @example 401
             */
            statusCode?: number;
            /**
             * @description What is wrong with the token, in words.
             * @example Invalid token: access token is invalid
             */
            message?: string;
            /**
             * @description Name of the status.
             * @example Unauthorized
             */
            error?: string;
        };
        /** @description Why the token may not act on the location. */
        ForbiddenError: {
            /**
             * @description The HTTP status again.
             * @example 403
             */
            statusCode?: number;
            /**
             * @description What the token may not do, in words.
             * @example The token does not have access to this location.
             */
            message?: string;
        };
        /** @description Which values were refused. */
        UnprocessableEntityError: {
            /**
             * @description The HTTP status again.
             * @example 422
             */
            statusCode?: number;
            /**
             * @description One entry for each refused value, in words.
             * @example [
             *       "Unprocessable Entity"
             *     ]
             */
            message?: string[];
            /**
             * @description Name of the status.
             * @example Unprocessable Entity
             */
            error?: string;
        };
    };
    responses: {
        /** @description The collection was created. */
        ProductCollectionCreated: {
            headers: {
                "X-RateLimit-Limit-Daily": components["headers"]["X-RateLimit-Limit-Daily"];
                "X-RateLimit-Daily-Remaining": components["headers"]["X-RateLimit-Daily-Remaining"];
                "X-RateLimit-Daily-Reset": components["headers"]["X-RateLimit-Daily-Reset"];
                "X-RateLimit-Interval-Milliseconds": components["headers"]["X-RateLimit-Interval-Milliseconds"];
                "X-RateLimit-Max": components["headers"]["X-RateLimit-Max"];
                "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["CreateProductCollectionResponse"];
            };
        };
        /** @description The request could not be understood. Nothing was created. */
        BadRequest: {
            headers: {
                "X-RateLimit-Limit-Daily": components["headers"]["X-RateLimit-Limit-Daily"];
                "X-RateLimit-Daily-Remaining": components["headers"]["X-RateLimit-Daily-Remaining"];
                "X-RateLimit-Daily-Reset": components["headers"]["X-RateLimit-Daily-Reset"];
                "X-RateLimit-Interval-Milliseconds": components["headers"]["X-RateLimit-Interval-Milliseconds"];
                "X-RateLimit-Max": components["headers"]["X-RateLimit-Max"];
                "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["BadRequestError"];
            };
        };
        /**
         * @description The token is missing, expired, revoked or lacks the scope. Nothing was created. HighLevel's users
         *     also report this status for a token that is not for this location, and for a `Version` that is
         *     missing or unknown; `message` says which.
         */
        Unauthorized: {
            headers: {
                "X-RateLimit-Limit-Daily": components["headers"]["X-RateLimit-Limit-Daily"];
                "X-RateLimit-Daily-Remaining": components["headers"]["X-RateLimit-Daily-Remaining"];
                "X-RateLimit-Daily-Reset": components["headers"]["X-RateLimit-Daily-Reset"];
                "X-RateLimit-Interval-Milliseconds": components["headers"]["X-RateLimit-Interval-Milliseconds"];
                "X-RateLimit-Max": components["headers"]["X-RateLimit-Max"];
                "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UnauthorizedError"];
            };
        };
        /**
         * @description The token is valid, but not for this location. Nothing was created. HighLevel's reference does
         *     not list this status; its users report it, with the body shown here, in issue 213 of
         *     `GoHighLevel/highlevel-api-docs`.
         */
        Forbidden: {
            headers: {
                "X-RateLimit-Limit-Daily": components["headers"]["X-RateLimit-Limit-Daily"];
                "X-RateLimit-Daily-Remaining": components["headers"]["X-RateLimit-Daily-Remaining"];
                "X-RateLimit-Daily-Reset": components["headers"]["X-RateLimit-Daily-Reset"];
                "X-RateLimit-Interval-Milliseconds": components["headers"]["X-RateLimit-Interval-Milliseconds"];
                "X-RateLimit-Max": components["headers"]["X-RateLimit-Max"];
                "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ForbiddenError"];
            };
        };
        /**
         * @description The request was understood, but a value in it was refused. Nothing was created. HighLevel asks for
         *     unique slugs, but does not document that it refuses a slug that is taken.
         */
        UnprocessableEntity: {
            headers: {
                "X-RateLimit-Limit-Daily": components["headers"]["X-RateLimit-Limit-Daily"];
                "X-RateLimit-Daily-Remaining": components["headers"]["X-RateLimit-Daily-Remaining"];
                "X-RateLimit-Daily-Reset": components["headers"]["X-RateLimit-Daily-Reset"];
                "X-RateLimit-Interval-Milliseconds": components["headers"]["X-RateLimit-Interval-Milliseconds"];
                "X-RateLimit-Max": components["headers"]["X-RateLimit-Max"];
                "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UnprocessableEntityError"];
            };
        };
        /**
         * @description The rate limit is reached: 100 requests in 10 seconds or 200 000 in a day, for each app in each
         *     location; the headers tell which. Nothing was created. HighLevel's
         *     [rate-limit documentation](https://marketplace.gohighlevel.com/docs/other/rate-limits/index.html)
         *     promises the headers on every response, except `X-RateLimit-Daily-Reset`, which HighLevel sends
         *     and its own SDK reads. It gives this one no body, so none is promised here.
         */
        TooManyRequests: {
            headers: {
                "X-RateLimit-Limit-Daily": components["headers"]["X-RateLimit-Limit-Daily"];
                "X-RateLimit-Daily-Remaining": components["headers"]["X-RateLimit-Daily-Remaining"];
                "X-RateLimit-Daily-Reset": components["headers"]["X-RateLimit-Daily-Reset"];
                "X-RateLimit-Interval-Milliseconds": components["headers"]["X-RateLimit-Interval-Milliseconds"];
                "X-RateLimit-Max": components["headers"]["X-RateLimit-Max"];
                "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                [name: string]: unknown;
            };
            content?: never;
        };
    };
    parameters: {
        /**
         * @description The version of the API that this contract describes. Other versions differ.
         * @example 2021-07-28
         */
        Version: "2021-07-28";
    };
    requestBodies: {
        /** @description The collection to create and the location to create it in. */
        CreateProductCollection: {
            content: {
                "application/json": components["schemas"]["CreateProductCollectionRequest"];
            };
        };
    };
    headers: {
        /**
         * @description Requests allowed in a day, for this app in this location.
         * @example 200000
         */
        "X-RateLimit-Limit-Daily": number;
        /**
         * @description Requests left of the day's budget.
         * @example 199999
         */
        "X-RateLimit-Daily-Remaining": number;
        /**
         * @description Milliseconds until the day's budget is new.
         * @example 43200000
         */
        "X-RateLimit-Daily-Reset": number;
        /**
         * @description Length in milliseconds of the window that `X-RateLimit-Max` counts in.
         * @example 10000
         */
        "X-RateLimit-Interval-Milliseconds": number;
        /**
         * @description Requests allowed in a window, for this app in this location.
         * @example 100
         */
        "X-RateLimit-Max": number;
        /**
         * @description Requests left in the current window.
         * @example 99
         */
        "X-RateLimit-Remaining": number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    createProductCollection: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The version of the API that this contract describes. Other versions differ.
                 * @example 2021-07-28
                 */
                Version: components["parameters"]["Version"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["CreateProductCollection"];
        responses: {
            201: components["responses"]["ProductCollectionCreated"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
        };
    };
}
