package io.firmament.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.firmament.edge.HttpResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ApiGatewayAnswerTest {
  @Test
  void readsEveryFieldOfAnAnswer() throws IOException {
    HttpResponse response =
        read(
            "{\"statusCode\":201,\"headers\":{\"Content-Type\":\"text/plain\"},"
                + "\"cookies\":[\"a=b\",\"c=d\"],\"isBase64Encoded\":true,\"body\":\"AQI=\","
                + "\"other\":{\"x\":[1]}}");
    assertEquals(201, response.status());
    assertEquals(Map.of("content-type", "text/plain"), response.headers());
    assertEquals(List.of("a=b", "c=d"), response.cookies());
    assertArrayEquals(new byte[] {1, 2}, body(response));
  }

  @Test
  void takesABodyAsLongAsLambdaSendsOne() throws IOException {
    String text = "x".repeat(6 << 20);
    assertEquals(
        text, new String(body(read("{\"body\":\"" + text + "\"}")), StandardCharsets.UTF_8));
  }

  @Test
  void refusesWhatIsNoAnswer() {
    for (String wrong : List.of("", "null", "[]", "{\"statusCode\":", "{\"statusCode\":\"x\"}")) {
      assertThrows(IOException.class, () -> read(wrong), wrong);
    }
  }

  private static HttpResponse read(String json) throws IOException {
    return ApiGatewayAnswer.read(json.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] body(HttpResponse response) {
    return switch (response.body()) {
      case HttpResponse.Body.Bytes bytes -> bytes.content();
      case HttpResponse.Body.Stream _ -> throw new AssertionError("an answer in memory expected");
    };
  }
}
