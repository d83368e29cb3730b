package org.maskwright.trainer.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.maskwright.settings.Doc;

/** An MLflow server that a run is logged to. */
@Doc(
    "An MLflow server that a run is logged to, beside TensorBoard; docs/mlflow.md. A server that is away never stops or slows a training.")
public record MlflowSettings(
    @Doc(
            "Where the server is, such as http://127.0.0.1:5000. Credentials come from MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME"
                + " and MLFLOW_TRACKING_PASSWORD, of the environment.")
        Optional<String> uri,
    @Doc("The experiment that the run belongs to; made if it is missing.") String experiment,
    @Doc("What the run is called there; default: the name of its folder.")
        Optional<String> runName) {
  private static final String EXPECTED = "http://HOST:PORT or https://HOST, without user and query";

  /** Checks the address. */
  public MlflowSettings {
    uri.ifPresent(MlflowSettings::requireAddress);
    Ranges.require(!experiment.isBlank(), "experiment", "a name", "\"" + experiment + "\"");
  }

  private static void requireAddress(String uri) {
    try {
      URI parsed = new URI(uri);
      if (parsed.getRawUserInfo() != null) { // not to be repeated in a message
        throw new IllegalArgumentException(
            "uri: expected "
                + EXPECTED
                + ", got one with a user; MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD give that");
      }
      boolean web = "http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme());
      boolean plain = parsed.getRawQuery() == null && parsed.getRawFragment() == null;
      Ranges.require(web && plain && parsed.getHost() != null, "uri", EXPECTED, uri);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("uri: expected " + EXPECTED + ", got " + uri, e);
    }
  }
}
