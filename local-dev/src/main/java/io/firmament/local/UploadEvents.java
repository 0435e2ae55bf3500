package io.firmament.local;

import io.firmament.aws.AwsClients;
import java.util.Deque;
import java.util.Map;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.Target;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.EventBridgeConfiguration;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// The way of an object's event where an AWS of its own does the work, as the CDK app lays it: the
/// bucket tells the event bus, and a rule there puts what somebody waits for into their queue.
final class UploadEvents {
  private static final String TARGET = "queue";

  private UploadEvents() {}

  /// Lays the way.
  ///
  /// @param keys of the objects, with `*` for anything
  /// @param ends takes what removes it again
  static void forward(
      AwsClients clients, String bucket, String keys, String queueUrl, Deque<Runnable> ends) {
    EventBridgeClient events = clients.client(EventBridgeClient.builder(), "EVENTBRIDGE");
    ends.push(events::close);
    tellTheBus(clients.s3(), bucket);
    String rule = bucket + "-arrived";
    String ruleArn =
        events.putRule(request -> request.name(rule).eventPattern(pattern(bucket, keys))).ruleArn();
    ends.push(() -> events.deleteRule(request -> request.name(rule)));
    String queueArn = allow(clients.sqs(), queueUrl, ruleArn);
    Target target = Target.builder().id(TARGET).arn(queueArn).build();
    events.putTargets(request -> request.rule(rule).targets(target));
    ends.push(() -> events.removeTargets(request -> request.rule(rule).ids(TARGET)));
  }

  private static void tellTheBus(S3Client s3, String bucket) {
    s3.putBucketNotificationConfiguration(
        request ->
            request
                .bucket(bucket)
                .notificationConfiguration(
                    all ->
                        all.eventBridgeConfiguration(EventBridgeConfiguration.builder().build())));
  }

  private static String pattern(String bucket, String keys) {
    return """
    {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {
      "bucket": {"name": ["%s"]}, "object": {"key": [{"wildcard": "%s"}]}}}
    """
        .formatted(bucket, keys);
  }

  /// Lets the rule send to the queue; its ARN.
  private static String allow(SqsClient sqs, String queueUrl, String ruleArn) {
    String queueArn = LocalServers.arn(sqs, queueUrl);
    String policy =
        """
        {"Version": "2012-10-17", "Statement": [{
          "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
          "Action": "sqs:SendMessage", "Resource": "%s",
          "Condition": {"ArnEquals": {"aws:SourceArn": "%s"}}}]}
        """
            .formatted(queueArn, ruleArn);
    sqs.setQueueAttributes(
        request ->
            request.queueUrl(queueUrl).attributes(Map.of(QueueAttributeName.POLICY, policy)));
    return queueArn;
  }
}
