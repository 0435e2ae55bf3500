package io.firmament.device;

import com.google.protobuf.ByteString;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.trust.Pem;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/// Measures heartbeats per second over mutual TLS, and a bare grpc-java server that answers the
/// same message over the same TLS, by turns in one run. Prints one line: `heartbeats/s ...
/// echo/s ... ratio ...`. Argument: seconds per round, 3 unless given.
public final class HeartbeatLoad {
  private static final int CHANNELS = 4;
  private static final int IN_FLIGHT = 16;
  private static final int ROUNDS = 3;

  private HeartbeatLoad() {}

  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
    try (TestFleet fleet = new TestFleet(HeartbeatPolicy.standard());
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      TestKey serverKey = TestKey.p256();
      X509Certificate certificate =
          fleet.authority.issueServer(List.of("localhost"), serverKey.pair().getPublic());
      Server echo =
          NettyServerBuilder.forPort(0)
              .sslContext(
                  GrpcSslContexts.configure(
                          SslContextBuilder.forServer(
                              serverKey.pair().getPrivate(), certificate))
                      .protocols("TLSv1.3")
                      .trustManager(fleet.authority.root())
                      .clientAuth(ClientAuth.REQUIRE)
                      .build())
              .executor(executor)
              .addService(new Echo())
              .build()
              .start();
      List<ManagedChannel> devices = channels(fleet, fleet.server.port());
      List<ManagedChannel> bare = channels(fleet, echo.getPort());
      run(devices, 1);
      run(bare, 1);
      double heartbeats = 0;
      double echoes = 0;
      for (int i = 0; i < ROUNDS; i++) {
        heartbeats = Math.max(heartbeats, run(devices, seconds));
        echoes = Math.max(echoes, run(bare, seconds));
      }
      System.out.printf(
          "heartbeats/s %.0f echo/s %.0f ratio %.2f%n",
          heartbeats, echoes, heartbeats / echoes);
      devices.forEach(ManagedChannel::shutdownNow);
      bare.forEach(ManagedChannel::shutdownNow);
      echo.shutdownNow();
    }
  }

  private static List<ManagedChannel> channels(TestFleet fleet, int port) throws Exception {
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < CHANNELS; i++) {
      TestKey key = TestKey.p256();
      EnrollResponse answer =
          DeviceServiceGrpc.newBlockingStub(fleet.anonymous())
              .enroll(
                  EnrollRequest.newBuilder()
                      .setToken(fleet.token(1).secret().reveal())
                      .setHardwareId("load-" + port + "-" + i)
                      .setCertificateRequest(ByteString.copyFrom(key.request()))
                      .build());
      X509Certificate leaf =
          Pem.certificate(answer.getCertificate().getBytes(StandardCharsets.US_ASCII));
      channels.add(
          NettyChannelBuilder.forAddress("localhost", port)
              .sslContext(
                  GrpcSslContexts.forClient()
                      .trustManager(fleet.authority.root())
                      .keyManager(key.pair().getPrivate(), leaf)
                      .protocols("TLSv1.3")
                      .build())
              .build());
    }
    return channels;
  }

  private static double run(List<ManagedChannel> channels, int seconds)
      throws InterruptedException {
    LongAdder done = new LongAdder();
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch open = new CountDownLatch(channels.size() * IN_FLIGHT);
    long start = System.nanoTime();
    for (ManagedChannel channel : channels) {
      DeviceServiceGrpc.DeviceServiceStub stub = DeviceServiceGrpc.newStub(channel);
      for (int i = 0; i < IN_FLIGHT; i++) {
        next(stub, done, over, open);
      }
    }
    Thread.sleep(Duration.ofSeconds(seconds));
    over.set(true);
    open.await();
    return done.sum() * 1e9 / (System.nanoTime() - start);
  }

  private static void next(
      DeviceServiceGrpc.DeviceServiceStub stub,
      LongAdder done,
      AtomicBoolean over,
      CountDownLatch open) {
    stub.heartbeat(
        HeartbeatRequest.getDefaultInstance(),
        new StreamObserver<HeartbeatResponse>() {
          @Override
          public void onNext(HeartbeatResponse answer) {
            done.increment();
          }

          @Override
          public void onError(Throwable cause) {
            System.err.println(cause);
            open.countDown();
          }

          @Override
          public void onCompleted() {
            if (over.get()) {
              open.countDown();
            } else {
              next(stub, done, over, open);
            }
          }
        });
  }

  private static final class Echo extends DeviceServiceGrpc.DeviceServiceImplBase {
    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> observer) {
      observer.onNext(HeartbeatResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }
}
