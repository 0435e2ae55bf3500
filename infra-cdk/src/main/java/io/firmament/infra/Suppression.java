package io.firmament.infra;

import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.List;
import software.constructs.IConstruct;

/// Findings of cdk-nag's AwsSolutions rules that stand, and why. A test fails on a finding that is
/// not here, and on one here that no longer occurs.
enum Suppression {
  AUTHENTICATED_IN_THE_FUNCTION(
      "APIG4",
      "The function authenticates: a gateway authorizer caches for minutes, so that a revoked token"
          + " would still work, and cannot say which permission is missing."),
  OBJECTS_OF_A_BUCKET(
      "IAM5",
      "Actions are listed; the wildcard stands for the objects of one bucket, whose keys are not"
          + " known before."),
  KEYS_OF_TENANTS(
      "IAM5",
      "The keys of tenants and the objects of their bucket are made while the platform runs, so"
          + " that their names are not known before; conditions on tags, key spec and aliases hold"
          + " each action on keys to the tenants'."),
  ROLES_OF_TENANTS(
      "IAM5",
      "Tenants name roles of their own accounts by which their registries are read: no account is"
          + " known before. Names begin with firmament-, and each role asks for the tenant's id."),
  IMAGE_PULL_TOKEN(
      "IAM5", "ecr:GetAuthorizationToken has no resource level; pulling is limited to one image."),
  SETTINGS_ARE_NOT_SECRET(
      "ECS2",
      "The variables are names of tables, buckets, queues and keys. Nothing secret is in them."),
  REACHED_BY_DEVICES_EVERYWHERE(
      "EC23",
      "Devices connect from anywhere. Their certificate is checked in the service, which a network"
          + " rule cannot do."),
  TCP_LISTENER_HAS_NO_ACCESS_LOG(
      "ELB2", "A network load balancer logs TLS listeners only; these pass TCP through."),
  LOGGED_BEFORE_THE_BALANCER(
      "ELB2",
      "The balancer is internal: CloudFront in front logs every request, and the service logs each"
          + " with its request id."),
  WORLDWIDE(
      "CFR1", "Who may use the platform is decided by credentials, not by country of origin."),
  FIREWALL_IS_THE_USERS_CHOICE(
      "CFR2",
      "A web ACL costs from 5 USD a month. It can be attached to the distribution; inputs are"
          + " bounded and authenticated without it."),
  DEFAULT_CERTIFICATE(
      "CFR4",
      "Without a domain name CloudFront serves its own certificate, whose TLS policy cannot be"
          + " set."),
  LOGS_OF_LOGS("S1", "This bucket receives access logs; logging its own access would loop.");

  private final String rule;
  private final String reason;

  Suppression(String rule, String reason) {
    this.rule = "AwsSolutions-" + rule;
    this.reason = reason;
  }

  String rule() {
    return rule;
  }

  String reason() {
    return reason;
  }

  /// Lets the finding stand for a construct and what it consists of.
  void on(IConstruct construct) {
    NagSuppressions.addResourceSuppressions(
        construct,
        List.of(NagPackSuppression.builder().id(rule).reason(reason).build()),
        Boolean.TRUE);
  }
}
