import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class CreateProductCollection {
    // Stands in for the JSON library of your project.
    private static final Pattern ID = Pattern.compile("\"_id\"\\s*:\\s*\"([^\"]+)\"");

    public static void main(String[] args) throws IOException, InterruptedException {
        String baseUrl = System.getenv()
                .getOrDefault("HIGHLEVEL_BASE_URL", "https://services.leadconnectorhq.com");

        String collection = """
                {
                  "altId": "%s",
                  "altType": "location",
                  "name": "Best Sellers",
                  "slug": "best-sellers"
                }
                """.formatted(System.getenv("HIGHLEVEL_LOCATION_ID"));

        HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + "/products/collections"))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + System.getenv("HIGHLEVEL_TOKEN"))
                .header("Version", "2021-07-28")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(collection))
                .build();

        // A new client follows no redirects.
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());

        Matcher id = ID.matcher(response.body());
        if (response.statusCode() != 201 || !id.find()) {
            System.err.printf("HighLevel answered %d: %s%n", response.statusCode(), response.body());
            System.exit(1);
        }
        System.out.println(id.group(1));
    }
}
