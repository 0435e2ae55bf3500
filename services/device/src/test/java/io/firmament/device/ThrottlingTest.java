package io.firmament.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.RetryInfo;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.DeviceServiceGrpc.DeviceServiceBlockingStub;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.platform.fleet.CallBudget;
import io.firmament.platform.fleet.DeviceDirectory;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A device that calls too often, over real TLS and a real table.
class ThrottlingTest {
  private static final int CALLS = 3;

  private TestFleet fleet;

  @BeforeEach
  void start() throws Exception {
    fleet = new TestFleet(HeartbeatPolicy.standard(), new CallBudget.Rate(CALLS));
  }

  @AfterEach
  void end() {
    fleet.close();
  }

  @Test
  void tellsADeviceThatCallsTooOftenHowLongToWait() throws Exception {
    DeviceServiceBlockingStub hasty = enroll("hasty");
    StatusRuntimeException refusal = exhaust(hasty);

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refusal.getStatus().getCode());
    Any detail = Objects.requireNonNull(StatusProto.fromThrowable(refusal)).getDetails(1);
    long seconds = detail.unpack(RetryInfo.class).getRetryDelay().getSeconds();
    assertTrue(seconds >= 1 && seconds <= 20, "a token comes every 20 s: " + seconds);
    heartbeat(enroll("patient"));
  }

  @Test
  void tellsADecommissionedDeviceSoHoweverOftenItCalls() throws Exception {
    DeviceServiceBlockingStub stub = enroll("let-go");
    exhaust(stub);
    fleet.decommission("let-go");
    Instant heard = Instant.now().plus(DeviceDirectory.FRESH).plusSeconds(8);
    while (code(refused(stub)).equals("throttled") && Instant.now().isBefore(heard)) {
      Thread.sleep(Duration.ofMillis(20));
    }
    for (int i = 0; i < 20 * CALLS; i++) {
      assertEquals("device_decommissioned", code(refused(stub)));
    }
  }

  private DeviceServiceBlockingStub enroll(String name) throws Exception {
    TestKey key = TestKey.p256();
    EnrollResponse answer =
        stub(fleet.anonymous())
            .enroll(
                EnrollRequest.newBuilder()
                    .setToken(fleet.token(1).secret().reveal())
                    .setCertificateRequest(ByteString.copyFrom(key.request()))
                    .setHardwareId(name)
                    .setRequestedName(name)
                    .build());
    return stub(fleet.as(key.pair().getPrivate(), answer.getCertificate()));
  }

  private static DeviceServiceBlockingStub stub(io.grpc.Channel channel) {
    return DeviceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static void heartbeat(DeviceServiceBlockingStub stub) {
    assertTrue(stub.heartbeat(HeartbeatRequest.getDefaultInstance()).hasNextHeartbeatIn());
  }

  private static StatusRuntimeException exhaust(DeviceServiceBlockingStub stub) {
    for (int i = 0; i < CALLS; i++) {
      heartbeat(stub);
    }
    StatusRuntimeException refusal = refused(stub);
    assertEquals("throttled", code(refusal));
    return refusal;
  }

  private static StatusRuntimeException refused(DeviceServiceBlockingStub stub) {
    return assertThrows(StatusRuntimeException.class, () -> heartbeat(stub));
  }

  private static String code(StatusRuntimeException refusal) {
    Metadata trailers = refusal.getTrailers();
    return trailers == null ? "" : String.valueOf(trailers.get(Refusals.CODE));
  }
}
