#requires -Version 7
$ErrorActionPreference = 'Stop'

$baseUrl = $env:HIGHLEVEL_BASE_URL ?? 'https://services.leadconnectorhq.com'

$request = @{
    Method             = 'Post'
    Uri                = "$baseUrl/products/collections"
    Headers            = @{
        Authorization = "Bearer $env:HIGHLEVEL_TOKEN"
        Version       = '2021-07-28'
    }
    ContentType        = 'application/json'
    Body               = ConvertTo-Json @{
        altId   = $env:HIGHLEVEL_LOCATION_ID
        altType = 'location'
        name    = 'Best Sellers'
        slug    = 'best-sellers'
    }
    TimeoutSec         = 30
    MaximumRedirection = 0
    SkipHttpErrorCheck = $true
}
$response = Invoke-WebRequest @request

if ($response.StatusCode -ne 201) {
    [Console]::Error.WriteLine("HighLevel answered $($response.StatusCode): $($response.Content)")
    exit 1
}
($response.Content | ConvertFrom-Json).data._id
