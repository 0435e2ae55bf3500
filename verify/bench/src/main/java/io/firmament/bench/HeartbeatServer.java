package io.firmament.bench;

import io.firmament.aws.DynamoTables;
import io.firmament.aws.S3ObjectStore;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.DynamoLogStore;
import io.firmament.aws.fleet.DynamoRolloutStore;
import io.firmament.base.Ids;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.device.DeviceServer;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.firmament.engines.DynamoEngine;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.CallBudget;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.schema.TableDefinition;
import io.firmament.trust.DeviceAuthority;
import io.firmament.trust.Pem;
import io.firmament.trust.SoftwareSigner;
import io.firmament.trust.TrustDomain;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/// The device service on a real table, and beside it a bare grpc-java server that answers the same
/// message behind the same TLS, in a process of their own. Writes where they are into the file that
/// its argument names, then answers each line on standard input with one on standard output:
/// `requests` with how many DynamoDB has got, `memory` with heap and resident bytes, `online` with
/// how many devices are shown online.
public final class HeartbeatServer {
  private static final TrustDomain DOMAIN = new TrustDomain("bench.test");
  private static final int CONNECTIONS = 64;
  private static final int MAX_DEVICES = 100_000;

  /// The local DynamoDB is slow where one partition has thousands of items.
  static final int TENANTS = 20;

  private HeartbeatServer() {}

  public static void main(String[] arguments) throws Exception {
    LongAdder requests = new LongAdder();
    Clock clock = Clock.systemUTC();
    try (Database database = Database.open();
        DynamoDbClient dynamo = client(database.endpoint(), requests);
        ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
      new DynamoTables(dynamo).create(TableDefinition.named("fleet"), "fleet");
      FleetStore store = new DynamoFleetStore(dynamo, "fleet");
      SoftwareSigner signer = SoftwareSigner.generate();
      SecureRandom random = new SecureRandom();
      X509Certificate root = DeviceAuthority.createRoot(DOMAIN, signer, clock, random);
      DeviceAuthority authority = new DeviceAuthority(DOMAIN, signer, root, clock, random);
      try (DeviceServer devices =
          DeviceServer.start(
              new DeviceServer.Settings(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                  List.of("localhost"),
                  HeartbeatPolicy.standard(),
                  new CallBudget.Rate(Integer.MAX_VALUE)),
              new DeviceServer.Parts(
                  new DeviceServer.Stores(
                      store,
                      new DynamoRolloutStore(dynamo, "fleet"),
                      new DynamoLogStore(dynamo, "fleet"),
                      noObjects()),
                  authority,
                  DeviceServer.Updates.none(),
                  clock,
                  Ids.random()))) {
        Server echo = echo(authority, calls);
        List<Caller> operators = Stream.generate(HeartbeatServer::operator).limit(TENANTS).toList();
        String tokens =
            operators.stream()
                .map(operator -> token(operator, store, clock))
                .collect(Collectors.joining("\n"));
        Files.writeString(
            Path.of(arguments[0]),
            devices.port() + "\n" + echo.getPort() + "\n" + tokens + "\n" + Pem.encode(root));
        System.out.println("ready");
        answer(
            requests,
            () -> operators.stream().mapToLong(operator -> online(operator, store, clock)).sum());
        echo.shutdownNow();
      }
    }
  }

  /// A DynamoDB that is empty: the one at `FIRMAMENT_AWS`, or else a local one of its own.
  private record Database(URI endpoint, Optional<DynamoEngine> engine) implements AutoCloseable {
    static Database open() {
      String given = System.getenv("FIRMAMENT_AWS");
      if (given != null) {
        return new Database(URI.create(given), Optional.empty());
      }
      DynamoEngine engine = DynamoEngine.inMemory();
      return new Database(engine.endpoint(), Optional.of(engine));
    }

    @Override
    public void close() {
      engine.ifPresent(DynamoEngine::close);
    }
  }

  /// No device sends logs here.
  private static ObjectStore noObjects() {
    Supplier<S3Client> none =
        () -> {
          throw new IllegalStateException("nothing is stored here");
        };
    return new S3ObjectStore(
        none,
        () -> {
          throw new IllegalStateException("nothing is stored here");
        },
        "none");
  }

  private static void answer(LongAdder requests, LongSupplier online) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(
          switch (line) {
            case "memory" -> memory();
            case "online" -> String.valueOf(online.getAsLong());
            default -> String.valueOf(requests.sum());
          });
    }
  }

  private static long online(Caller operator, FleetStore store, Clock clock) {
    Devices devices = new Devices(store, clock);
    PageRequest request = new PageRequest(PageRequest.MAX_LIMIT, Optional.empty());
    long online = 0;
    while (true) {
      Page<Devices.Seen> page = devices.list(operator.tenant(), request);
      online +=
          page.items().stream().filter(seen -> seen.liveness() == Devices.Liveness.ONLINE).count();
      if (page.next().isEmpty()) {
        return online;
      }
      request = request.after(page.next().get());
    }
  }

  /// Bytes of the heap that are in use after a collection, and resident bytes of the process.
  private static String memory() throws IOException {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long resident =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
            .findFirst()
            .orElse(0);
    return (runtime.totalMemory() - runtime.freeMemory()) + " " + resident;
  }

  private static DynamoDbClient client(URI endpoint, LongAdder requests) {
    return DynamoDbClient.builder()
        .region(Region.EU_CENTRAL_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("bench", "bench")))
        .httpClientBuilder(ApacheHttpClient.builder().maxConnections(CONNECTIONS))
        .endpointOverride(endpoint)
        .overrideConfiguration(
            b ->
                b.addExecutionInterceptor(
                    new ExecutionInterceptor() {
                      @Override
                      public void beforeTransmission(
                          Context.BeforeTransmission context, ExecutionAttributes attributes) {
                        requests.increment();
                      }
                    }))
        .build();
  }

  private static Caller operator() {
    return new Caller(
        new TenantId(UUID.randomUUID()),
        new UserId(UUID.randomUUID()),
        "operator@example.com",
        Caller.Credential.SESSION,
        Set.of(),
        new ProductGroupAccess(Set.of(), Map.of()));
  }

  private static String token(Caller operator, FleetStore store, Clock clock) {
    return new EnrollTokens(store, clock, Ids.random(), new SecureRandom())
        .create(
            operator,
            new EnrollTokens.Wish(
                "bench",
                EnrollToken.Binding.toFleet(FleetName.DEFAULT),
                MAX_DEVICES,
                Duration.ofHours(1)))
        .secret()
        .reveal();
  }

  private static Server echo(DeviceAuthority authority, ExecutorService calls) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair keys = generator.generateKeyPair();
    X509Certificate certificate = authority.issueServer(List.of("localhost"), keys.getPublic());
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .sslContext(
            GrpcSslContexts.configure(SslContextBuilder.forServer(keys.getPrivate(), certificate))
                .protocols("TLSv1.3")
                .trustManager(authority.root())
                .clientAuth(ClientAuth.REQUIRE)
                .build())
        .executor(calls)
        .addService(new Echo())
        .build()
        .start();
  }

  private static final class Echo extends DeviceServiceGrpc.DeviceServiceImplBase {
    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> observer) {
      observer.onNext(HeartbeatResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }
}
