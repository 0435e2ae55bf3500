package io.firmament.engines;

import java.net.URI;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/// An SQS-compatible server (ElasticMQ) in this process, on a random port of the loopback
/// interface. Its queues live in memory only: who needs their messages after a restart keeps what
/// they were about, and queues it again.
public final class QueueEngine implements AutoCloseable {
  private final SQSRestServer server;
  private final int port;

  private QueueEngine(SQSRestServer server, int port) {
    this.server = server;
    this.port = port;
  }

  public static QueueEngine start() {
    SQSRestServer server =
        SQSRestServerBuilder.withInterface("127.0.0.1").withDynamicPort().start();
    return new QueueEngine(server, server.waitUntilStarted().localAddress().getPort());
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  @Override
  public void close() {
    Object _ = server.stopAndWait();
  }
}
