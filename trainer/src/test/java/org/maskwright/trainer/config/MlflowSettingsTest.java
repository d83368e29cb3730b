package org.maskwright.trainer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MlflowSettingsTest {
  private static MlflowSettings of(String uri) {
    return new MlflowSettings(Optional.of(uri), "maskwright", Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:5000", "https://mlflow.example.org/base/"})
  void anAddressOfAServerIsTaken(String uri) {
    assertEquals(uri, of(uri).uri().orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:5000",
        "file:/tmp/mlruns",
        "databricks",
        "http://",
        "http://a b",
        "http://h?x=1"
      })
  void whatIsNoAddressIsRefused(String uri) {
    String message = assertThrows(IllegalArgumentException.class, () -> of(uri)).getMessage();
    assertTrue(message.startsWith("uri: expected http://HOST:PORT"), message);
    assertTrue(message.endsWith(uri), message);
  }

  @Test
  void aPasswordInTheAddressIsRefusedAndNotRepeated() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> of("http://ann:s3cret@host:5000"))
            .getMessage();
    assertFalse(message.contains("s3cret"), message);
    assertTrue(message.contains("MLFLOW_TRACKING_PASSWORD"), message);
  }
}
