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

/// The way of an upload's event where an AWS of its own does the work, as the CDK app lays it: the
/// bucket tells the event bus, and a rule there puts images into the queue of the first stage.
final class UploadEvents {
  private static final String TARGET = "unpack";

  private UploadEvents() {}

  /// Lays the way.
  ///
  /// @param ends takes what removes it again
  static void forward(AwsClients clients, String bucket, String queueUrl, Deque<Runnable> ends) {
    EventBridgeClient events = clients.client(EventBridgeClient.builder(), "EVENTBRIDGE");
    ends.push(events::close);
    tellTheBus(clients.s3(), bucket);
    String rule = bucket + "-image-arrived";
    String ruleArn =
        events.putRule(request -> request.name(rule).eventPattern(pattern(bucket))).ruleArn();
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

  private static String pattern(String bucket) {
    return """
    {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {
      "bucket": {"name": ["%s"]}, "object": {"key": [{"wildcard": "uploads/*/firmware"}]}}}
    """
        .formatted(bucket);
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
