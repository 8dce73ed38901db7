import json
import os
import sys
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener


class NoRedirects(HTTPRedirectHandler):
    """Turns a redirect into an HTTPError: the token is for one host alone."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


base_url = os.environ.get("HIGHLEVEL_BASE_URL", "https://services.leadconnectorhq.com")

request = Request(
    f"{base_url}/products/collections",
    method="POST",
    headers={
        "Authorization": f"Bearer {os.environ['HIGHLEVEL_TOKEN']}",
        "Version": "2021-07-28",
        "Content-Type": "application/json",
    },
    data=json.dumps(
        {
            "altId": os.environ["HIGHLEVEL_LOCATION_ID"],
            "altType": "location",
            "name": "Best Sellers",
            "slug": "best-sellers",
        }
    ).encode(),
)

try:
    with build_opener(NoRedirects).open(request, timeout=30) as response:
        print(json.load(response)["data"]["_id"])
except HTTPError as error:
    sys.exit(f"HighLevel answered {error.code}: {error.read().decode()}")
