curl --fail-with-body --location --max-redirs 0 \
  'https://services.leadconnectorhq.com/products/collections' \
  --header "Authorization: Bearer $HIGHLEVEL_TOKEN" \
  --header 'Version: 2021-07-28' \
  --header 'Content-Type: application/json' \
  --header 'Accept: application/json' \
  --data '{
    "altId": "6578278e879ad2646715ba9c",
    "altType": "location",
    "collectionId": "66057f9d28536eae584ec047",
    "name": "Best Sellers",
    "slug": "best-sellers",
    "image": "http://example.com/watermark.png",
    "seo": {
      "title": "Best Sellers",
      "description": "Collections where all the best products are available"
    }
  }'
