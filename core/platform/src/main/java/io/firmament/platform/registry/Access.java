package io.firmament.platform.registry;

import io.firmament.base.TenantId;
import io.firmament.platform.rollout.Invalid;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a connection shows a registry who it is; none of it is secret.
public sealed interface Access {
  /// The word of it in the API.
  String provider();

  /// Whether a secret belongs to it.
  default boolean hasSecret() {
    return switch (this) {
      case Anonymous _, AwsRole _ -> false;
      case Password _, ServiceAccount _ -> true;
    };
  }

  /// Not at all. It is connected all the same: that is what allows pulling from it.
  record Anonymous() implements Access {
    public static final String PROVIDER = "anonymous";

    @Override
    public String provider() {
      return PROVIDER;
    }
  }

  /// By a user name with a password or a token: GHCR, Quay, Harbor, Docker Hub, GitLab, JFrog, ACR.
  record Password(String username) implements Access {
    public static final String PROVIDER = "token";

    private static final int MAX = 255;

    public Password {
      Invalid.unless(!username.isEmpty(), "username", "is missing");
      Invalid.unless(
          username.length() <= MAX
              && username.indexOf(':') < 0
              && username.chars().noneMatch(Character::isISOControl),
          "username",
          "has at most 255 characters, no colon and none of control");
    }

    @Override
    public String provider() {
      return PROVIDER;
    }
  }

  /// By a role of the owner's AWS account, which the platform assumes with the tenant's id as
  /// external id and asks Amazon ECR for a token.
  ///
  /// A role of the owner's and not the platform's own: what the platform may read for one tenant it
  /// would read for all.
  record AwsRole(String role) implements Access {
    public static final String PROVIDER = "ecr";

    /// How the names of these roles begin; the platform may assume no others.
    public static final String NAME_PREFIX = "firmament-";

    private static final Pattern ROLE =
        Pattern.compile(
            "arn:aws(?:-cn|-us-gov)?:iam::\\d{12}:role/firmament-[A-Za-z0-9+=,.@_-]{1,54}");
    private static final Pattern HOST =
        Pattern.compile(
            "(?<account>\\d{12})\\.dkr\\.ecr(?<fips>-fips)?\\."
                + "(?<region>[a-z]{2}(?:-[a-z]{2,8}){1,3}-\\d)\\.amazonaws\\.com(?<china>\\.cn)?");

    public AwsRole {
      Invalid.unless(
          ROLE.matcher(role).matches(),
          "role",
          "is the ARN of an IAM role whose name begins with " + NAME_PREFIX);
    }

    /// What the host of an ECR registry says.
    ///
    /// @param account twelve digits
    /// @param region `eu-central-1`
    public record Place(String account, String region) {}

    /// Refuses hosts that are not of Amazon ECR: only those take its tokens.
    public static Place place(RegistryHost host) {
      Matcher matcher = HOST.matcher(host.value());
      Invalid.unless(
          matcher.matches(), "host", "is not ACCOUNT.dkr.ecr.REGION.amazonaws.com of Amazon ECR");
      return new Place(matcher.group("account"), matcher.group("region"));
    }

    /// What the role's trust policy is to ask for (`sts:ExternalId`).
    public static String externalId(TenantId tenant) {
      return tenant.toString();
    }

    @Override
    public String provider() {
      return PROVIDER;
    }
  }

  /// By a key of a Google service account, for Artifact Registry and Container Registry.
  record ServiceAccount(String email) implements Access {
    public static final String PROVIDER = "gar";

    private static final Pattern HOST =
        Pattern.compile("(?:[a-z0-9-]+-docker\\.pkg\\.dev|(?:[a-z]+\\.)?gcr\\.io)");

    /// Refuses hosts that are not Google's: no other is shown its tokens.
    public static void requireGoogle(RegistryHost host) {
      Invalid.unless(
          HOST.matcher(host.value()).matches(),
          "host",
          "is not LOCATION-docker.pkg.dev or gcr.io of Google Cloud");
    }

    @Override
    public String provider() {
      return PROVIDER;
    }
  }
}
