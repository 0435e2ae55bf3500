package io.firmament.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

class QueueEngineTest {
  @Test
  void deliversAMessage() {
    try (QueueEngine engine = QueueEngine.start();
        SqsClient client =
            SqsClient.builder()
                .endpointOverride(engine.endpoint())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .httpClient(UrlConnectionHttpClient.create())
                .build()) {
      String queue = client.createQueue(b -> b.queueName("work")).queueUrl();
      client.sendMessage(b -> b.queueUrl(queue).messageBody("hello"));
      List<Message> messages =
          client.receiveMessage(b -> b.queueUrl(queue).waitTimeSeconds(5)).messages();
      assertEquals(List.of("hello"), messages.stream().map(Message::body).toList());
    }
  }
}
