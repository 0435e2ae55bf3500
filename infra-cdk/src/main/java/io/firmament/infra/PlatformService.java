package io.firmament.infra;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ecr.Repository;
import software.amazon.awscdk.services.ecs.AwsLogDriverProps;
import software.amazon.awscdk.services.ecs.Cluster;
import software.amazon.awscdk.services.ecs.ContainerDefinition;
import software.amazon.awscdk.services.ecs.ContainerDefinitionOptions;
import software.amazon.awscdk.services.ecs.ContainerImage;
import software.amazon.awscdk.services.ecs.CpuArchitecture;
import software.amazon.awscdk.services.ecs.DeploymentCircuitBreaker;
import software.amazon.awscdk.services.ecs.FargateService;
import software.amazon.awscdk.services.ecs.FargateTaskDefinition;
import software.amazon.awscdk.services.ecs.HealthCheck;
import software.amazon.awscdk.services.ecs.LogDriver;
import software.amazon.awscdk.services.ecs.MountPoint;
import software.amazon.awscdk.services.ecs.OperatingSystemFamily;
import software.amazon.awscdk.services.ecs.PortMapping;
import software.amazon.awscdk.services.ecs.RuntimePlatform;
import software.amazon.awscdk.services.ecs.Volume;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/// A Fargate service on ARM64: a read-only root file system, a role of its own, a log group that
/// forgets, and a roll-back when a new version does not come up.
final class PlatformService {
  private static final int CPU = 512;
  private static final int MEMORY = 1024;

  /// The longest that Fargate grants to what is running when a task is told to end.
  private static final Duration STOP_TIMEOUT = Duration.seconds(120);

  private static final int START_SECONDS = 60;

  private final FargateService service;
  private final SecurityGroup group;

  /// What one service is.
  ///
  /// @param name also of its container
  /// @param image a digest or tag in the repository
  /// @param main the image's main class; with the argument `healthy` it asks a running one
  record Spec(
      String name,
      Repository repository,
      String image,
      String main,
      int tasks,
      List<Integer> ports,
      Map<String, String> settings,
      List<PolicyStatement> statements) {
    Spec {
      ports = List.copyOf(ports);
      settings = Map.copyOf(settings);
      statements = List.copyOf(statements);
    }
  }

  PlatformService(Construct scope, Deployment deployment, Cluster cluster, Spec spec) {
    String id = Stacks.capital(spec.name());
    FargateTaskDefinition task = task(scope, id, spec);
    LogGroup log =
        LogGroup.Builder.create(scope, id + "Log")
            .logGroupName("/firmament/" + deployment.prefix() + "-" + spec.name())
            .retention(Stacks.retention(deployment))
            .removalPolicy(RemovalPolicy.DESTROY)
            .build();
    container(task, log, spec);
    Suppression.IMAGE_PULL_TOKEN.on(task.obtainExecutionRole());
    group =
        SecurityGroup.Builder.create(scope, id + "Group")
            .vpc(cluster.getVpc())
            .description("The " + spec.name() + " service")
            .allowAllOutbound(false)
            .build();
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "AWS APIs");
    service =
        FargateService.Builder.create(scope, id + "Service")
            .cluster(cluster)
            .taskDefinition(task)
            .desiredCount(spec.tasks())
            .minHealthyPercent(100)
            .maxHealthyPercent(200)
            .circuitBreaker(DeploymentCircuitBreaker.builder().enable(true).rollback(true).build())
            .assignPublicIp(true)
            .vpcSubnets(SubnetSelection.builder().subnetType(SubnetType.PUBLIC).build())
            .securityGroups(List.of(group))
            .healthCheckGracePeriod(Duration.seconds(START_SECONDS))
            .build();
  }

  FargateService service() {
    return service;
  }

  SecurityGroup group() {
    return group;
  }

  private static FargateTaskDefinition task(Construct scope, String id, Spec spec) {
    Role role =
        Role.Builder.create(scope, id + "TaskRole")
            .assumedBy(new ServicePrincipal("ecs-tasks.amazonaws.com"))
            .description("Runs the " + spec.name() + " service")
            .inlinePolicies(
                Map.of(
                    "grants",
                    PolicyDocument.Builder.create().statements(spec.statements()).build()))
            .build();
    if (spec.statements().stream()
        .anyMatch(s -> s.getActions().stream().anyMatch(a -> a.startsWith("s3:")))) {
      Suppression.OBJECTS_OF_A_BUCKET.on(role);
    }
    FargateTaskDefinition task =
        FargateTaskDefinition.Builder.create(scope, id + "Task")
            .cpu(CPU)
            .memoryLimitMiB(MEMORY)
            .taskRole(role)
            .runtimePlatform(
                RuntimePlatform.builder()
                    .cpuArchitecture(CpuArchitecture.ARM64)
                    .operatingSystemFamily(OperatingSystemFamily.LINUX)
                    .build())
            .volumes(List.of(Volume.builder().name("tmp").build()))
            .build();
    Suppression.SETTINGS_ARE_NOT_SECRET.on(task);
    return task;
  }

  /// The image has no shell and no curl to ask with.
  private static HealthCheck health(Spec spec) {
    return HealthCheck.builder()
        .command(
            List.of(
                "CMD",
                "java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                "/app/lib/*",
                spec.main(),
                "healthy"))
        .interval(Duration.seconds(60))
        .timeout(Duration.seconds(20))
        .retries(3)
        .startPeriod(Duration.seconds(START_SECONDS))
        .build();
  }

  private static void container(FargateTaskDefinition task, LogGroup log, Spec spec) {
    ContainerDefinition container =
        task.addContainer(
            spec.name(),
            ContainerDefinitionOptions.builder()
                .containerName(spec.name())
                .image(ContainerImage.fromEcrRepository(spec.repository(), spec.image()))
                .environment(spec.settings())
                .readonlyRootFilesystem(true)
                .healthCheck(health(spec))
                .stopTimeout(STOP_TIMEOUT)
                .portMappings(
                    spec.ports().stream()
                        .map(port -> PortMapping.builder().containerPort(port).build())
                        .toList())
                .logging(
                    LogDriver.awsLogs(
                        AwsLogDriverProps.builder()
                            .logGroup(log)
                            .streamPrefix(spec.name())
                            .build()))
                .build());
    container.addMountPoints(
        MountPoint.builder().sourceVolume("tmp").containerPath("/tmp").readOnly(false).build());
  }
}
