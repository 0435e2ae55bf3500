package io.firmament.bench;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// The least that a function can do: what others are measured against.
public final class EmptyHandler implements RequestStreamHandler {
  /// As Lambda makes it.
  public EmptyHandler() {}

  @Override
  public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
    out.write("{\"statusCode\":200}".getBytes(StandardCharsets.UTF_8));
  }
}
