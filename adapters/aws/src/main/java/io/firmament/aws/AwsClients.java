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
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sqs.SqsClient;

/// Makes the clients of the AWS SDK from an environment. The caller closes what it asked for.
///
/// Read are the SDK's own variables: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
/// `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL`, and `AWS_ENDPOINT_URL_DYNAMODB`, `_S3`, `_SQS` and
/// `_KMS`, which win over the general one. Without keys the SDK's default chain is asked, as a
/// Fargate task needs.
public final class AwsClients {
  private final Map<String, String> environment;

  private AwsClients(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  public static AwsClients of(Map<String, String> environment) {
    return new AwsClients(environment);
  }

  public DynamoDbClient dynamo() {
    return DynamoDbClient.builder()
        .region(region())
        .credentialsProvider(credentials())
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .applyMutation(b -> endpoint("DYNAMODB").ifPresent(b::endpointOverride))
        .build();
  }

  /// Over Apache's client: the JDK's fails now and then where bodies are sent.
  public S3Client s3() {
    return S3Client.builder()
        .region(region())
        .credentialsProvider(credentials())
        .forcePathStyle(endpoint("S3").isPresent())
        .httpClientBuilder(ApacheHttpClient.builder())
        .applyMutation(b -> endpoint("S3").ifPresent(b::endpointOverride))
        .build();
  }

  public S3Presigner presigner() {
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

  public SqsClient sqs() {
    return SqsClient.builder()
        .region(region())
        .credentialsProvider(credentials())
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .applyMutation(b -> endpoint("SQS").ifPresent(b::endpointOverride))
        .build();
  }

  public KmsClient kms() {
    return KmsClient.builder()
        .region(region())
        .credentialsProvider(credentials())
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .applyMutation(b -> endpoint("KMS").ifPresent(b::endpointOverride))
        .build();
  }

  private Region region() {
    return Region.of(
        find("AWS_REGION")
            .or(() -> find("AWS_DEFAULT_REGION"))
            .orElseThrow(() -> new IllegalStateException("AWS_REGION is not set")));
  }

  private AwsCredentialsProvider credentials() {
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

  private Optional<URI> endpoint(String service) {
    return find("AWS_ENDPOINT_URL_" + service).or(() -> find("AWS_ENDPOINT_URL")).map(URI::create);
  }

  private Optional<String> find(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }
}
