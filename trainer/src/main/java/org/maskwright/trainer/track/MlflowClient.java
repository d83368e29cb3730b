package org.maskwright.trainer.track;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * MLflow's REST interface, version 2.0, as far as a run needs it.
 *
 * <p><b>Source</b> mlflow.org/docs/latest/rest-api.html; artifacts by the server's proxy, {@code
 * mlflow-artifacts/artifacts/PATH}.
 *
 * <p>A method throws {@link IOException} where the server cannot be reached, is not well or asks to
 * wait, so that trying again may help, and {@link RefusedException} where it may not.
 */
final class MlflowClient {
  /** The server understood and does not want it. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /**
   * A run of the server.
   *
   * @param artifacts where its files are kept
   */
  record Run(String id, String artifacts) {}

  /** A value of a metric. */
  record Metric(String key, double value, long timeMillis, long step) {}

  private static final Duration CONNECT = Duration.ofSeconds(5);

  private static final Duration REQUEST = Duration.ofSeconds(30);
  private static final Duration UPLOAD = Duration.ofMinutes(10);
  private static final int SHOWN_OF_A_REPLY = 300;
  private static final String PROXIED = "mlflow-artifacts";
  private static final JsonFactory JSON = new JsonFactory();

  /** Writes the fields of a request. */
  @FunctionalInterface
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  private final String base;
  private final Optional<String> authorization;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();

  /**
   * @param environment may hold credentials, by the names that MLflow's own clients know
   */
  MlflowClient(String uri, Map<String, String> environment) {
    this.base = uri.replaceFirst("/+$", "") + "/api/2.0/";
    String token = environment.getOrDefault("MLFLOW_TRACKING_TOKEN", "").strip();
    String user = environment.getOrDefault("MLFLOW_TRACKING_USERNAME", "");
    String password = environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
    if (!user.isEmpty()) {
      byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      this.authorization = Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
    } else {
      this.authorization = token.isEmpty() ? Optional.empty() : Optional.of("Bearer " + token);
    }
  }

  /** The id of an experiment, which is made if it is missing. */
  String experiment(String name) throws IOException, RefusedException, InterruptedException {
    try {
      String query = "experiment_name=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
      return text(get("mlflow/experiments/get-by-name?" + query), "experiment", "experiment_id");
    } catch (FileNotFoundException e) {
      String reply = post("mlflow/experiments/create", json -> json.writeStringField("name", name));
      return text(reply, "experiment_id");
    }
  }

  Run create(String experiment, String name, long startMillis)
      throws IOException, RefusedException, InterruptedException {
    return run(
        post(
            "mlflow/runs/create",
            json -> {
              json.writeStringField("experiment_id", experiment);
              json.writeStringField("run_name", name);
              json.writeNumberField("start_time", startMillis);
            }));
  }

  /** A run that is there already; empty if the server knows none of that id. */
  Optional<Run> find(String id) throws IOException, RefusedException, InterruptedException {
    try {
      String query = "run_id=" + URLEncoder.encode(id, StandardCharsets.UTF_8);
      return Optional.of(run(get("mlflow/runs/get?" + query)));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  private static Run run(String reply) throws IOException {
    return new Run(
        text(reply, "run", "info", "run_id"), text(reply, "run", "info", "artifact_uri"));
  }

  /** RUNNING, FINISHED, KILLED or FAILED. */
  void status(Run run, String status, Optional<Long> endMillis)
      throws IOException, RefusedException, InterruptedException {
    post(
        "mlflow/runs/update",
        json -> {
          json.writeStringField("run_id", run.id());
          json.writeStringField("status", status);
          if (endMillis.isPresent()) {
            json.writeNumberField("end_time", endMillis.get());
          }
        });
  }

  /** At most 1,000 metrics. */
  void metrics(Run run, List<Metric> metrics)
      throws IOException, RefusedException, InterruptedException {
    post(
        "mlflow/runs/log-batch",
        json -> {
          json.writeStringField("run_id", run.id());
          json.writeArrayFieldStart("metrics");
          for (Metric m : metrics) {
            json.writeStartObject();
            json.writeStringField("key", m.key());
            json.writeNumberField("value", m.value());
            json.writeNumberField("timestamp", m.timeMillis());
            json.writeNumberField("step", m.step());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /**
   * Settings or tags, at most 100.
   *
   * @param field {@code params} or {@code tags}
   */
  void texts(Run run, String field, Map<String, String> texts)
      throws IOException, RefusedException, InterruptedException {
    post(
        "mlflow/runs/log-batch",
        json -> {
          json.writeStringField("run_id", run.id());
          json.writeArrayFieldStart(field);
          for (Map.Entry<String, String> e : texts.entrySet()) {
            json.writeStartObject();
            json.writeStringField("key", e.getKey());
            json.writeStringField("value", e.getValue());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /**
   * Stores a file.
   *
   * @param name with folders between slashes, of letters that an address may hold
   */
  void upload(Run run, String name, Path file)
      throws IOException, RefusedException, InterruptedException {
    if (!run.artifacts().startsWith(PROXIED + ":")) {
      throw new RefusedException(
          "the server keeps files in "
              + run.artifacts()
              + ", which only it can reach; start it with --artifacts-destination in place of --default-artifact-root");
    }
    String path =
        URI.create(run.artifacts()).getRawPath().replaceFirst("^/+", "").replaceFirst("/+$", "");
    HttpRequest.Builder request =
        request(PROXIED + "/artifacts/" + path + "/" + name, UPLOAD)
            .header("Content-Type", "application/octet-stream");
    send(request.PUT(BodyPublishers.ofFile(file)).build());
  }

  private String get(String path) throws IOException, RefusedException, InterruptedException {
    return send(request(path, REQUEST).GET().build());
  }

  private String post(String path, Fields fields)
      throws IOException, RefusedException, InterruptedException {
    BodyPublisher body = BodyPublishers.ofString(object(fields));
    return send(
        request(path, REQUEST).header("Content-Type", "application/json").POST(body).build());
  }

  /** The text of a JSON object. */
  static String object(Fields fields) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    }
    return text.toString();
  }

  private HttpRequest.Builder request(String path, Duration timeout) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(base + path)).timeout(timeout);
    authorization.ifPresent(value -> builder.header("Authorization", value));
    return builder;
  }

  private String send(HttpRequest request)
      throws IOException, RefusedException, InterruptedException {
    HttpResponse<String> response;
    try {
      response = http.send(request, BodyHandlers.ofString());
    } catch (ConnectException e) { // which says nothing more
      throw new IOException("no connection", e);
    }
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return response.body();
    }
    String said =
        "HTTP " + status + " of " + request.uri().getPath() + ": " + shortened(response.body());
    if (status == 404 && request.method().equals("GET")) {
      throw new FileNotFoundException(said);
    }
    if (status >= 500 || status == 429 || status == 408) {
      throw new IOException(said);
    }
    throw new RefusedException(said);
  }

  private static String shortened(String body) {
    String line = body.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
    return line.length() <= SHOWN_OF_A_REPLY ? line : line.substring(0, SHOWN_OF_A_REPLY) + "...";
  }

  /**
   * The text of a field of a JSON object.
   *
   * @param path names from the outside in
   * @throws IOException if it is no JSON or the field is not there
   */
  static String text(String json, String... path) throws IOException {
    List<String> wanted = Arrays.asList(path);
    Deque<String> at = new ArrayDeque<>();
    try (JsonParser parser = JSON.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          at.addLast(parser.currentName());
        } else if (token.isScalarValue()) {
          if (List.copyOf(at).equals(wanted)) {
            return parser.getText();
          }
          leave(parser, at);
        } else if (token.isStructEnd()) {
          leave(parser, at);
        }
      }
    }
    throw new IOException("no MLflow server's reply: it has no " + String.join(".", path));
  }

  /** The value of a field has ended; elements of arrays have no name to leave. */
  private static void leave(JsonParser parser, Deque<String> at) {
    if (parser.getParsingContext().inObject() && !at.isEmpty()) {
      at.removeLast();
    }
  }
}
