package io.firmament.aws;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sqs.SqsClient;

/// The clients of the AWS SDK for an environment: one of each service, made when it is first asked
/// for, so that a function starts with what it needs and nothing else.
///
/// Read are the SDK's own variables: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
/// `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL`, and `AWS_ENDPOINT_URL_DYNAMODB`, `_S3`, `_SQS`, `_KMS`,
/// `_STS` and `_ECR`, which win over the general one. Without keys the SDK's default chain is
/// asked, as a Fargate task needs.
public final class AwsClients implements AutoCloseable {
  private final Map<String, String> environment;
  private final int connections;
  private final Lazy<DynamoDbClient> dynamo = new Lazy<>(this::makeDynamo);
  private final Lazy<S3Client> s3 = new Lazy<>(this::makeS3);
  private final Lazy<S3Presigner> presigner = new Lazy<>(this::makePresigner);
  private final Lazy<SqsClient> sqs = new Lazy<>(this::makeSqs);
  private final Lazy<KmsClient> kms = new Lazy<>(this::makeKms);

  private AwsClients(Map<String, String> environment, int connections) {
    this.environment = Map.copyOf(environment);
    this.connections = connections;
  }

  /// For a function, which does one thing at a time: the JDK's HTTP client starts fastest.
  public static AwsClients of(Map<String, String> environment) {
    return new AwsClients(environment, 1);
  }

  /// For a service that answers many callers at once.
  ///
  /// @param connections to each AWS service at most; callers beyond wait for one
  public static AwsClients pooled(Map<String, String> environment, int connections) {
    return new AwsClients(environment, connections);
  }

  public DynamoDbClient dynamo() {
    return dynamo.get();
  }

  public S3Client s3() {
    return s3.get();
  }

  public S3Presigner presigner() {
    return presigner.get();
  }

  public SqsClient sqs() {
    return sqs.get();
  }

  public KmsClient kms() {
    return kms.get();
  }

  /// Closes the clients that were made.
  @Override
  public void close() {
    dynamo.ifMade(DynamoDbClient::close);
    s3.ifMade(S3Client::close);
    presigner.ifMade(S3Presigner::close);
    sqs.ifMade(SqsClient::close);
    kms.ifMade(KmsClient::close);
  }

  /// A client of a service, set up as all of them are; the caller closes it.
  ///
  /// @param service as in the name of its endpoint's variable, `AWS_ENDPOINT_URL_` before it
  public <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C client(
      B builder, String service) {
    endpoint(service).ifPresent(builder::endpointOverride);
    return builder
        .region(region())
        .credentialsProvider(credentials())
        .httpClientBuilder(http())
        .build();
  }

  private DynamoDbClient makeDynamo() {
    return client(DynamoDbClient.builder(), "DYNAMODB");
  }

  /// Over Apache's client: the JDK's fails now and then where bodies are sent.
  private S3Client makeS3() {
    return S3Client.builder()
        .region(region())
        .credentialsProvider(credentials())
        .forcePathStyle(endpoint("S3").isPresent())
        .httpClientBuilder(apache())
        .applyMutation(b -> endpoint("S3").ifPresent(b::endpointOverride))
        .build();
  }

  private S3Presigner makePresigner() {
    S3Presigner.Builder builder =
        S3Presigner.builder()
            .region(region())
            .credentialsProvider(credentials())
            .serviceConfiguration(
                S3Configuration.builder()
                    .pathStyleAccessEnabled(endpoint("S3").isPresent())
                    .build());
    endpoint("S3").ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private SqsClient makeSqs() {
    return client(SqsClient.builder(), "SQS");
  }

  private KmsClient makeKms() {
    return client(KmsClient.builder(), "KMS");
  }

  SdkHttpClient.Builder<?> http() {
    return connections == 1 ? UrlConnectionHttpClient.builder() : apache();
  }

  private ApacheHttpClient.Builder apache() {
    ApacheHttpClient.Builder builder = ApacheHttpClient.builder();
    return connections == 1 ? builder : builder.maxConnections(connections);
  }

  private Region region() {
    return Region.of(
        find("AWS_REGION")
            .or(() -> find("AWS_DEFAULT_REGION"))
            .orElseThrow(() -> new IllegalStateException("AWS_REGION is not set")));
  }

  AwsCredentialsProvider credentials() {
    Optional<String> key = find("AWS_ACCESS_KEY_ID");
    Optional<String> secret = find("AWS_SECRET_ACCESS_KEY");
    if (key.isEmpty() || secret.isEmpty()) {
      return DefaultCredentialsProvider.builder().build();
    }
    AwsCredentials credentials =
        find("AWS_SESSION_TOKEN")
            .<AwsCredentials>map(t -> AwsSessionCredentials.create(key.get(), secret.get(), t))
            .orElseGet(() -> AwsBasicCredentials.create(key.get(), secret.get()));
    return StaticCredentialsProvider.create(credentials);
  }

  /// Where a service is, if that is not where AWS has it.
  Optional<URI> endpoint(String service) {
    return find("AWS_ENDPOINT_URL_" + service).or(() -> find("AWS_ENDPOINT_URL")).map(URI::create);
  }

  private Optional<String> find(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }
}
