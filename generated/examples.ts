// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.

/** The first example of each documented status's body; undefined where the contract promises none. */
export const exampleBodies = {
  201: {"data":{"_id":"655b33a82209e60b6adb87a5","altId":"Z4Bxl8J4SaPEPLq9IQ8g","name":"Best Sellers","slug":"best-sellers","image":"http://example.com/watermark.png","seo":{"title":"Best Sellers","description":"Collections where all the best products are available"},"createdAt":"2024-02-22T09:27:19.728Z"}},
  400: {"statusCode":400,"message":"Bad Request"},
  401: {"statusCode":401,"message":"Invalid token: access token is invalid","error":"Unauthorized"},
  403: {"statusCode":403,"message":"The token does not have access to this location."},
  422: {"statusCode":422,"message":["Unprocessable Entity"],"error":"Unprocessable Entity"},
  429: undefined,
};

/** The fields of the request body. */
export const requestFields: readonly string[] = ["altId","altType","collectionId","name","slug","image","seo"];
