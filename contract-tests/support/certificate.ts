/**
 * A certificate for localhost, signed by itself and valid for a hundred years. Its key is no secret:
 * nobody trusts it, and it protects nothing.
 */
export const untrusted = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6byLjDF/XdcKBAGr
HsDNYWy39XyKfQpLK1uDAcxuJ/KhRANCAARCkNdZvon8xpkjtUFpb3MenLCF0V2L
rA2RnRLC6tfpduF/KMkA3a4i1+py5c03Uc+HumeBW8DNf59Fl/TOAPDy
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUWDC5M53kfoWlFWYmvl7EfP0yXPMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDIzNTUzN1oYDzIxMjYxMDMx
MjM1NTM3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARCkNdZvon8xpkjtUFpb3MenLCF0V2LrA2RnRLC6tfpduF/KMkA3a4i
1+py5c03Uc+HumeBW8DNf59Fl/TOAPDyo2kwZzAdBgNVHQ4EFgQUdk9vpYjj/YGI
8otKfMjHZH+7J6wwHwYDVR0jBBgwFoAUdk9vpYjj/YGI8otKfMjHZH+7J6wwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAPcZiSAfsh94xM0ureOHq0+0Tuy9t0byU6YImJNZimHhAiEAhOiKDBUg
YFmKSa+0+Qz9AUAlEnZQjSfH3UdQMhpXs8A=
-----END CERTIFICATE-----`,
};
