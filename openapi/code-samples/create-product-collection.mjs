const {
  HIGHLEVEL_BASE_URL: baseUrl = "https://services.leadconnectorhq.com",
  HIGHLEVEL_TOKEN: token,
  HIGHLEVEL_LOCATION_ID: locationId,
} = process.env;

const response = await fetch(`${baseUrl}/products/collections`, {
  method: "POST",
  redirect: "manual",
  headers: {
    Authorization: `Bearer ${token}`,
    Version: "2021-07-28",
    "Content-Type": "application/json",
  },
  body: JSON.stringify({
    altId: locationId,
    altType: "location",
    name: "Best Sellers",
    slug: "best-sellers",
  }),
});

if (response.status === 201) {
  const { data } = await response.json();
  console.log(data._id);
} else {
  console.error(`HighLevel answered ${response.status}: ${await response.text()}`);
  process.exitCode = 1;
}
