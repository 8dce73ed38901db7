<?php

declare(strict_types=1);

$baseUrl = getenv('HIGHLEVEL_BASE_URL') ?: 'https://services.leadconnectorhq.com';

$context = stream_context_create(['http' => [
    'method' => 'POST',
    'protocol_version' => 1.1,
    'timeout' => 30,
    'follow_location' => 0,
    'ignore_errors' => true, // an error answer has a body too
    'header' => [
        'Authorization: Bearer ' . getenv('HIGHLEVEL_TOKEN'),
        'Version: 2021-07-28',
        'Content-Type: application/json',
    ],
    'content' => json_encode([
        'altId' => getenv('HIGHLEVEL_LOCATION_ID'),
        'altType' => 'location',
        'name' => 'Best Sellers',
        'slug' => 'best-sellers',
    ], JSON_THROW_ON_ERROR),
]]);

$stream = fopen("$baseUrl/products/collections", 'r', false, $context);
if ($stream === false) {
    exit(1);
}
[, $status] = explode(' ', stream_get_meta_data($stream)['wrapper_data'][0]);
$body = stream_get_contents($stream);

if ($status !== '201') {
    fwrite(STDERR, "HighLevel answered $status: $body\n");
    exit(1);
}
echo json_decode($body, flags: JSON_THROW_ON_ERROR)->data->_id, "\n";
