package io.firmament.bench;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// A fresh function and its first request, as Lambda's runtime does it: `HANDLER-CLASS EVENT-FILE`;
/// the answer goes to standard output.
public final class FirstRequest {
  private FirstRequest() {}

  public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
    RequestStreamHandler handler =
        Class.forName(arguments[0])
            .asSubclass(RequestStreamHandler.class)
            .getDeclaredConstructor()
            .newInstance();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (InputStream event = Files.newInputStream(Path.of(arguments[1]))) {
      handler.handleRequest(event, answer, null);
    }
    System.out.write(answer.toByteArray());
    System.out.flush();
  }
}
