package io.firmament.bench;

import com.google.protobuf.ByteString;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.firmament.trust.Pem;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.StreamObserver;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// Heartbeats per second over mutual TLS, as a ratio to a bare grpc-java echo with the same TLS, by
/// short turns; how often DynamoDB is asked; and what a connection costs that does nothing.
/// Arguments: rounds, 20 unless given, and idle connections, 500 unless given.
public final class HeartbeatBenchmark {
  private static final int CHANNELS = 8;
  private static final int IN_FLIGHT = 16;
  private static final int ROUNDS = 20;
  private static final int WARM_UP_TURNS = 3;
  private static final int TURN_MILLIS = 1000;
  private static final int IDLE = 500;

  private HeartbeatBenchmark() {}

  /// A device that has enrolled.
  private record Device(KeyPair keys, X509Certificate certificate, X509Certificate root) {
    ManagedChannel connect(int port) throws Exception {
      AdvancedTlsX509KeyManager keyManager = new AdvancedTlsX509KeyManager();
      keyManager.updateIdentityCredentials(new X509Certificate[] {certificate}, keys.getPrivate());
      return channel(GrpcSslContexts.forClient().keyManager(keyManager), root, port);
    }
  }

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ROUNDS;
    int idle = arguments.length > 1 ? Integer.parseInt(arguments[1]) : IDLE;
    try (ServerProcess servers = ServerProcess.start()) {
      List<Device> devices = enroll(servers, Math.max(CHANNELS, idle));
      idleConnections(servers, devices.subList(0, idle));
      throughput(servers, devices.subList(0, CHANNELS), rounds);
    }
  }

  private static void throughput(ServerProcess servers, List<Device> devices, int rounds)
      throws Exception {
    List<ManagedChannel> real = new ArrayList<>();
    List<ManagedChannel> bare = new ArrayList<>();
    for (Device device : devices) {
      real.add(device.connect(servers.devicePort()));
      bare.add(device.connect(servers.echoPort()));
    }
    Samples heartbeats = new Samples();
    Samples echoes = new Samples();
    Samples ratios = new Samples();
    for (int round = -WARM_UP_TURNS; round < rounds; round++) {
      double rate = run(real);
      double reference = run(bare);
      if (round >= 0) {
        heartbeats.add(rate);
        echoes.add(reference);
        ratios.add(100 * rate / reference);
      }
    }
    System.out.println("heartbeats/s           " + heartbeats);
    System.out.println("bare echoes/s          " + echoes);
    System.out.println("ratio in %             " + ratios);
    real.forEach(ManagedChannel::shutdownNow);
    bare.forEach(ManagedChannel::shutdownNow);
  }

  /// Connects every device, and lets each send two heartbeats.
  private static void idleConnections(ServerProcess servers, List<Device> devices)
      throws Exception {
    long[] before = servers.ask("memory");
    List<ManagedChannel> channels = new ArrayList<>();
    for (Device device : devices) {
      channels.add(device.connect(servers.devicePort()));
    }
    long[] requests = {servers.ask("requests")[0], 0, 0};
    for (int round = 1; round <= 2; round++) {
      for (ManagedChannel channel : channels) {
        HeartbeatResponse _ =
            DeviceServiceGrpc.newBlockingStub(channel)
                .heartbeat(HeartbeatRequest.getDefaultInstance());
      }
      // Long enough that what is not watched is read again, and that liveness is written.
      Thread.sleep(3000);
      requests[round] = servers.ask("requests")[0];
    }
    long[] after = servers.ask("memory");
    int count = devices.size();
    System.out.printf(
        Locale.ROOT,
        "DynamoDB requests      %.0f per 1,000 first heartbeats, %.0f per 1,000 later ones%n",
        1000.0 * (requests[1] - requests[0]) / count,
        1000.0 * (requests[2] - requests[1]) / count);
    System.out.printf(
        Locale.ROOT,
        "idle connection        %.1f KiB of heap, %.1f KiB outside it (%d connections)%n",
        (after[0] - before[0]) / 1024.0 / count,
        (after[1] - before[1]) / 1024.0 / count,
        count);
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private static List<Device> enroll(ServerProcess servers, int count) throws Exception {
    X509Certificate root = servers.root();
    ManagedChannel channel = channel(GrpcSslContexts.forClient(), root, servers.devicePort());
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      KeyPair keys = generator.generateKeyPair();
      byte[] request =
          new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=device"), keys.getPublic())
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
              .getEncoded();
      EnrollResponse answer =
          DeviceServiceGrpc.newBlockingStub(channel)
              .enroll(
                  EnrollRequest.newBuilder()
                      .setToken(servers.tokens().getFirst())
                      .setHardwareId("bench-" + i)
                      .setCertificateRequest(ByteString.copyFrom(request))
                      .build());
      X509Certificate certificate =
          Pem.certificate(answer.getCertificate().getBytes(StandardCharsets.US_ASCII));
      devices.add(new Device(keys, certificate, root));
    }
    channel.shutdownNow();
    return devices;
  }

  private static ManagedChannel channel(SslContextBuilder tls, X509Certificate root, int port)
      throws Exception {
    return NettyChannelBuilder.forAddress("localhost", port)
        .sslContext(tls.trustManager(root).protocols("TLSv1.3").build())
        .build();
  }

  /// Calls per second with a fixed number under way.
  private static double run(List<ManagedChannel> channels) throws InterruptedException {
    Load load = new Load(channels.size() * IN_FLIGHT);
    long start = System.nanoTime();
    for (ManagedChannel channel : channels) {
      DeviceServiceGrpc.DeviceServiceStub stub = DeviceServiceGrpc.newStub(channel);
      for (int i = 0; i < IN_FLIGHT; i++) {
        load.next(stub);
      }
    }
    TimeUnit.MILLISECONDS.sleep(TURN_MILLIS);
    load.over.set(true);
    load.open.await();
    if (load.failed.sum() > 0) {
      throw new IllegalStateException(load.failed.sum() + " calls failed");
    }
    return load.done.sum() * 1e9 / (System.nanoTime() - start);
  }

  /// Sends the next call when the one before is answered.
  private static final class Load {
    private final LongAdder done = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicBoolean over = new AtomicBoolean();
    private final CountDownLatch open;

    Load(int underWay) {
      this.open = new CountDownLatch(underWay);
    }

    void next(DeviceServiceGrpc.DeviceServiceStub stub) {
      stub.heartbeat(
          HeartbeatRequest.getDefaultInstance(),
          new StreamObserver<HeartbeatResponse>() {
            @Override
            public void onNext(HeartbeatResponse answer) {
              done.increment();
            }

            @Override
            public void onError(Throwable cause) {
              failed.increment();
              open.countDown();
            }

            @Override
            public void onCompleted() {
              if (over.get()) {
                open.countDown();
              } else {
                next(stub);
              }
            }
          });
    }
  }
}
