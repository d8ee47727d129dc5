import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Summary.java HOW BASE: one chat call with the HTTP client of the JDK. */
public class Summary {
    public static void main(String[] arguments) throws Exception {
        String body = "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Summarise the attached contract.\"}]}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[1] + "/chat/completions"))
            .header("Authorization", "Bearer " + System.getenv("CANARY"))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(1))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer + " answered " + answer.statusCode() + ": " + answer.body());
        }
        System.out.println(answer.body());
    }
}
