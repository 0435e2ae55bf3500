package io.firmament.infra;

import java.util.Optional;
import java.util.function.Function;

/// What a user decides about a deployment: the context values of `cdk deploy -c name=value`.
///
/// @param prefix starts every name that must be unique in an account and region
/// @param services whether the two Fargate services run; without them large transfers use presigned
///     URLs and devices cannot connect
/// @param snapStart whether functions start from snapshots
/// @param logRetentionDays how long function and service logs are kept
/// @param maxConcurrency how many messages of one pipeline stage are worked on at once
/// @param domain where callers reach the platform; empty: the address that AWS gives
/// @param images what the services run
/// @param deviceHost a name of the user's own for the device endpoint
/// @param alarmEmail who is told when something is wrong
/// @param monthlyBudget in USD; empty: no budget
/// @param nvdApiKey the key of the NVD's API, encrypted as
///     [io.firmament.schema.Setting#NVD_API_KEY] says
record Deployment(
    String prefix,
    Switch services,
    Switch snapStart,
    int logRetentionDays,
    int maxConcurrency,
    Optional<Domain> domain,
    Images images,
    Optional<String> deviceHost,
    Optional<String> alarmEmail,
    Optional<Integer> monthlyBudget,
    Optional<String> nvdApiKey) {
  /// On or off.
  enum Switch {
    ON,
    OFF;

    static Switch of(String text) {
      return switch (text) {
        case "true" -> ON;
        case "false" -> OFF;
        default -> throw new IllegalArgumentException("neither true nor false: " + text);
      };
    }
  }

  /// A name of the user's own.
  ///
  /// @param name without a scheme, `firmament.example.com`
  /// @param certificate ARN of a certificate for it in us-east-1, where CloudFront looks
  /// @param regionalCertificate ARN of one in the deployment's region, for the load balancer and
  ///     for the API where it stands alone
  record Domain(String name, String certificate, String regionalCertificate) {}

  /// Digests in the two repositories, `sha256:...`, and how many tasks run; an empty digest means
  /// the tag `latest`.
  record Images(
      Optional<String> device, int deviceTasks, Optional<String> transfer, int transferTasks) {}

  /// Reads the values; `value` gives null for what is not set.
  static Deployment from(Function<String, Optional<String>> value) {
    return new Deployment(
        value.apply("prefix").orElse("firmament"),
        Switch.of(value.apply("services").orElse("true")),
        Switch.of(value.apply("snapStart").orElse("false")),
        value.apply("logRetentionDays").map(Integer::parseInt).orElse(30),
        value.apply("maxConcurrency").map(Integer::parseInt).orElse(10),
        domain(value),
        new Images(
            value.apply("deviceImage"),
            value.apply("deviceTasks").map(Integer::parseInt).orElse(1),
            value.apply("transferImage"),
            value.apply("transferTasks").map(Integer::parseInt).orElse(1)),
        value.apply("deviceHost"),
        value.apply("alarmEmail"),
        value.apply("monthlyBudget").map(Integer::parseInt),
        value.apply("nvdApiKey"));
  }

  Optional<String> publicUrl() {
    return domain.map(d -> "https://" + d.name());
  }

  private static Optional<Domain> domain(Function<String, Optional<String>> value) {
    return value
        .apply("domainName")
        .map(
            name ->
                new Domain(
                    name,
                    required(value, "certificateArn"),
                    required(value, "regionalCertificateArn")));
  }

  private static String required(Function<String, Optional<String>> value, String name) {
    return value
        .apply(name)
        .orElseThrow(() -> new IllegalArgumentException("domainName needs " + name + " too"));
  }
}
