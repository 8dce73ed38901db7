require "json"
require "net/http"

base_url = ENV.fetch("HIGHLEVEL_BASE_URL", "https://services.leadconnectorhq.com")

response = Net::HTTP.post(
  URI("#{base_url}/products/collections"),
  JSON.generate(
    altId: ENV.fetch("HIGHLEVEL_LOCATION_ID"),
    altType: "location",
    name: "Best Sellers",
    slug: "best-sellers"
  ),
  "Authorization" => "Bearer #{ENV.fetch("HIGHLEVEL_TOKEN")}",
  "Version" => "2021-07-28",
  "Content-Type" => "application/json"
)

unless response.is_a?(Net::HTTPCreated)
  abort "HighLevel answered #{response.code}: #{response.body}"
end
puts JSON.parse(response.body).dig("data", "_id")
