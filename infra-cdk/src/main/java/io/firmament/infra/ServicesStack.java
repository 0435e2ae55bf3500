package io.firmament.infra;

import io.firmament.schema.Grant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.apigatewayv2.HttpApi;
import software.amazon.awscdk.services.ec2.FlowLogDestination;
import software.amazon.awscdk.services.ec2.FlowLogOptions;
import software.amazon.awscdk.services.ec2.FlowLogTrafficType;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointAwsService;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointOptions;
import software.amazon.awscdk.services.ec2.IpAddresses;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetConfiguration;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ecs.Cluster;
import software.amazon.awscdk.services.ecs.ContainerInsights;
import software.amazon.awscdk.services.ecs.LoadBalancerTargetOptions;
import software.amazon.awscdk.services.elasticloadbalancingv2.AddNetworkTargetsProps;
import software.amazon.awscdk.services.elasticloadbalancingv2.BaseNetworkListenerProps;
import software.amazon.awscdk.services.elasticloadbalancingv2.HealthCheck;
import software.amazon.awscdk.services.elasticloadbalancingv2.NetworkLoadBalancer;
import software.amazon.awscdk.services.elasticloadbalancingv2.NetworkTargetGroup;
import software.amazon.awscdk.services.elasticloadbalancingv2.Protocol;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/// The two things that a function cannot be: the device service, which ends mTLS itself, and the
/// transfer service, which streams bodies of any size; and the one front door for all HTTP.
final class ServicesStack extends Stack {
  /// Written out, not taken from the VPC, so that rules on it can be read and checked.
  static final String NETWORK = "10.20.0.0/16";

  /// Enrolment and mTLS share it: who has no certificate yet may only enrol.
  private static final int DEVICE_PORT = 9445;

  /// Where devices fetch artifacts; the same inside and outside.
  private static final int ARTIFACT_PORT = 9446;
  private static final int CLAIM_PORT = 9447;

  private static final List<Grant> DEVICE_GRANTS =
      List.of(Grant.FLEET_READ, Grant.FLEET_WRITE, Grant.ARTIFACTS_READ, Grant.DIRECTOR_KEYS_SIGN);

  private final Vpc vpc;
  private final Cluster cluster;
  private final PlatformService device;
  private final PlatformService transfer;
  private final List<NetworkTargetGroup> deviceTargets;
  private final FrontDoor frontDoor;

  ServicesStack(
      Construct scope, Deployment deployment, StatefulStack stateful, Grants grants, HttpApi api) {
    super(scope, Stacks.id(deployment, "Services"), Stacks.props("Device and transfer service"));
    vpc = network(deployment);
    cluster =
        Cluster.Builder.create(this, "Cluster")
            .vpc(vpc)
            .containerInsightsV2(ContainerInsights.ENABLED)
            .build();
    Map<String, String> settings = stateful.settings(deployment);
    Deployment.Images images = deployment.images();
    warnWithoutDigest(images);
    SecurityGroup doorGroup = deviceDoorGroup();
    NetworkLoadBalancer door = deviceDoor(doorGroup);
    device =
        new PlatformService(
            this,
            deployment,
            cluster,
            new PlatformService.Spec(
                "device",
                stateful.deviceImages(),
                images.device().orElse("latest"),
                "io.firmament.device.DeviceMain",
                images.deviceTasks(),
                List.of(DEVICE_PORT, ARTIFACT_PORT, CLAIM_PORT),
                deviceSettings(deployment, settings, door),
                Stream.of(
                        grants.of(DEVICE_GRANTS),
                        List.of(grants.issueDeviceCertificates()),
                        grants.writeDeviceLogs())
                    .flatMap(List::stream)
                    .toList()));
    transfer =
        new PlatformService(
            this,
            deployment,
            cluster,
            new PlatformService.Spec(
                "transfer",
                stateful.transferImages(),
                images.transfer().orElse("latest"),
                "io.firmament.transfer.TransferMain",
                images.transferTasks(),
                List.of(FrontDoor.TRANSFER_PORT),
                settings,
                grants.of(transferGrants())));
    deviceTargets =
        List.of(
            pass("Connect", 443, DEVICE_PORT, door, doorGroup),
            pass("Artifacts", ARTIFACT_PORT, ARTIFACT_PORT, door, doorGroup),
            pass("Claims", CLAIM_PORT, CLAIM_PORT, door, doorGroup));
    frontDoor = new FrontDoor(this, deployment, vpc, transfer, api);
  }

  PlatformService device() {
    return device;
  }

  PlatformService transfer() {
    return transfer;
  }

  Cluster cluster() {
    return cluster;
  }

  List<NetworkTargetGroup> deviceTargets() {
    return List.copyOf(deviceTargets);
  }

  FrontDoor frontDoor() {
    return frontDoor;
  }

  /// Two zones; tasks have public addresses, which cost less than a NAT gateway; the balancer of
  /// the transfer service is in subnets without a way out.
  private Vpc network(Deployment deployment) {
    Vpc network =
        Vpc.Builder.create(this, "Network")
            .ipAddresses(IpAddresses.cidr(NETWORK))
            .maxAzs(2)
            .natGateways(0)
            .restrictDefaultSecurityGroup(false)
            .subnetConfiguration(
                List.of(
                    SubnetConfiguration.builder()
                        .name("Public")
                        .subnetType(SubnetType.PUBLIC)
                        .cidrMask(20)
                        .build(),
                    SubnetConfiguration.builder()
                        .name("Inner")
                        .subnetType(SubnetType.PRIVATE_ISOLATED)
                        .cidrMask(24)
                        .build()))
            .build();
    network.addGatewayEndpoint(
        "S3", GatewayVpcEndpointOptions.builder().service(GatewayVpcEndpointAwsService.S3).build());
    network.addGatewayEndpoint(
        "DynamoDb",
        GatewayVpcEndpointOptions.builder().service(GatewayVpcEndpointAwsService.DYNAMODB).build());
    LogGroup log =
        LogGroup.Builder.create(this, "FlowLog")
            .retention(Stacks.retention(deployment))
            .removalPolicy(RemovalPolicy.DESTROY)
            .build();
    network.addFlowLog(
        "Rejected",
        FlowLogOptions.builder()
            .trafficType(FlowLogTrafficType.REJECT)
            .destination(FlowLogDestination.toCloudWatchLogs(log))
            .build());
    return network;
  }

  private SecurityGroup deviceDoorGroup() {
    SecurityGroup group =
        SecurityGroup.Builder.create(this, "DeviceDoorGroup")
            .vpc(vpc)
            .description("Devices to the balancer")
            .allowAllOutbound(false)
            .build();
    Suppression.REACHED_BY_DEVICES_EVERYWHERE.on(group);
    return group;
  }

  /// TCP is passed through: TLS ends in the service, which alone can judge a device's certificate.
  private NetworkLoadBalancer deviceDoor(SecurityGroup group) {
    NetworkLoadBalancer balancer =
        NetworkLoadBalancer.Builder.create(this, "DeviceDoor")
            .vpc(vpc)
            .internetFacing(true)
            .securityGroups(List.of(group))
            .vpcSubnets(SubnetSelection.builder().subnetType(SubnetType.PUBLIC).build())
            .build();
    Suppression.TCP_LISTENER_HAS_NO_ACCESS_LOG.on(balancer);
    CfnOutput.Builder.create(this, "DeviceEndpoint")
        .description(
            "Where devices enrol and connect, port 443, fetch artifacts, port "
                + ARTIFACT_PORT
                + ", and those without gRPC enrol, port "
                + CLAIM_PORT)
        .value(balancer.getLoadBalancerDnsName())
        .build();
    return balancer;
  }

  /// The names in the service's own certificate, and in every device's identity.
  private static Map<String, String> deviceSettings(
      Deployment deployment, Map<String, String> settings, NetworkLoadBalancer door) {
    Map<String, String> more = new LinkedHashMap<>(settings);
    String hosts = door.getLoadBalancerDnsName();
    more.put(
        "FIRMAMENT_ARTIFACT_URL",
        "https://" + deployment.deviceHost().orElse(hosts) + ":" + ARTIFACT_PORT);
    more.put(
        "FIRMAMENT_DEVICE_HOSTS",
        deployment.deviceHost().map(host -> host + "," + hosts).orElse(hosts));
    more.put(
        "FIRMAMENT_TRUST_DOMAIN",
        deployment.domain().map(Deployment.Domain::name).orElse(deployment.prefix()));
    more.put("FIRMAMENT_DEVICE_PORT", Integer.toString(DEVICE_PORT));
    more.put("FIRMAMENT_ARTIFACT_PORT", Integer.toString(ARTIFACT_PORT));
    more.put("FIRMAMENT_CLAIM_PORT", Integer.toString(CLAIM_PORT));
    return more;
  }

  private NetworkTargetGroup pass(
      String id, int outside, int inside, NetworkLoadBalancer balancer, SecurityGroup group) {
    group.addIngressRule(Peer.anyIpv4(), Port.tcp(outside), id);
    group.addEgressRule(device.group(), Port.tcp(inside), id);
    device.group().addIngressRule(group, Port.tcp(inside), id);
    return balancer
        .addListener(
            id, BaseNetworkListenerProps.builder().port(outside).protocol(Protocol.TCP).build())
        .addTargets(
            id,
            AddNetworkTargetsProps.builder()
                .port(inside)
                .protocol(Protocol.TCP)
                .preserveClientIp(false)
                .healthCheck(HealthCheck.builder().protocol(Protocol.TCP).build())
                .targets(
                    List.of(
                        device
                            .service()
                            .loadBalancerTarget(
                                LoadBalancerTargetOptions.builder()
                                    .containerName("device")
                                    .containerPort(inside)
                                    .build())))
                .build());
  }

  /// What the operations that it answers are granted in the contract.
  private static Set<Grant> transferGrants() {
    Set<Grant> all = EnumSet.noneOf(Grant.class);
    FrontDoor.streamed().forEach(route -> all.addAll(route.grants()));
    return all;
  }

  private void warnWithoutDigest(Deployment.Images images) {
    if (images.device().isEmpty() || images.transfer().isEmpty()) {
      Annotations.of(this)
          .addWarningV2(
              "firmament:imageDigest",
              "deviceImage and transferImage are not both set: services run the tag latest");
    }
  }
}
