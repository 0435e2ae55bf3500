package io.firmament.analysis.inspect;

import io.firmament.analysis.cache.Reuse;
import io.firmament.analysis.cache.ValueCodec;
import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.inspect.rules.AuthorizedKeyRule;
import io.firmament.analysis.inspect.rules.BinaryHardeningRule;
import io.firmament.analysis.inspect.rules.BootArgumentRule;
import io.firmament.analysis.inspect.rules.CertificateRule;
import io.firmament.analysis.inspect.rules.ConfiguredSecretRule;
import io.firmament.analysis.inspect.rules.DangerousCallRule;
import io.firmament.analysis.inspect.rules.DebugLeftoverRule;
import io.firmament.analysis.inspect.rules.FilePermissionRule;
import io.firmament.analysis.inspect.rules.FileServiceConfigurationRule;
import io.firmament.analysis.inspect.rules.FitSignatureRule;
import io.firmament.analysis.inspect.rules.InsecureCommunicationRule;
import io.firmament.analysis.inspect.rules.InsecureServiceRule;
import io.firmament.analysis.inspect.rules.KernelConfigurationRule;
import io.firmament.analysis.inspect.rules.KernelModuleRule;
import io.firmament.analysis.inspect.rules.KeyStoreRule;
import io.firmament.analysis.inspect.rules.KnownKeyRule;
import io.firmament.analysis.inspect.rules.LibraryPathRule;
import io.firmament.analysis.inspect.rules.MalwareRule;
import io.firmament.analysis.inspect.rules.ManagementConfigurationRule;
import io.firmament.analysis.inspect.rules.McubootRule;
import io.firmament.analysis.inspect.rules.MissingFileRule;
import io.firmament.analysis.inspect.rules.MqttConfigurationRule;
import io.firmament.analysis.inspect.rules.NetworkServiceRule;
import io.firmament.analysis.inspect.rules.OutdatedKernelRule;
import io.firmament.analysis.inspect.rules.PasswordHashRule;
import io.firmament.analysis.inspect.rules.PrivateKeyRule;
import io.firmament.analysis.inspect.rules.ScriptInjectionRule;
import io.firmament.analysis.inspect.rules.SecureBootRule;
import io.firmament.analysis.inspect.rules.SshConfigurationRule;
import io.firmament.analysis.inspect.rules.SshHostKeyRule;
import io.firmament.analysis.inspect.rules.TokenRule;
import io.firmament.analysis.inspect.rules.UpdateConfigurationRule;
import io.firmament.analysis.inspect.rules.UpdateDownloadRule;
import io.firmament.analysis.inspect.rules.UrlCredentialRule;
import io.firmament.analysis.inspect.rules.VerifiedBootRule;
import io.firmament.analysis.inspect.rules.WebServerConfigurationRule;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.scan.Blobs;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Looks for security issues of an unpacked image: one pass over its distinct contents, then each
/// rule concludes.
public final class Inspection {
  /// So many findings of one rule are listed; an informational one says how many are not.
  static final int MOST_FINDINGS = 2_000;

  private static final Comparator<Issue> ORDER =
      Comparator.comparing(Issue::severity)
          .thenComparing(Issue::type)
          .thenComparing(issue -> issue.paths().getFirst())
          .thenComparing(Issue::id);

  private static final ValueCodec<List<List<Rule.Noted>>> NOTES = ValueCodec.plain();

  private final List<Rule> rules;
  private final Anchors anchors;

  Inspection(List<Rule> rules) {
    this.rules = List.copyOf(rules);
    this.anchors = new Anchors(rules);
  }

  /// With all rules.
  public static Inspection standard() {
    return new Inspection(
        List.of(
            new PrivateKeyRule(),
            new SshHostKeyRule(),
            new KeyStoreRule(),
            new KnownKeyRule(),
            new AuthorizedKeyRule(),
            new CertificateRule(),
            new PasswordHashRule(),
            new TokenRule(),
            new UrlCredentialRule(),
            new ConfiguredSecretRule(),
            new KernelConfigurationRule(),
            new OutdatedKernelRule(),
            new KernelModuleRule(),
            new FilePermissionRule(),
            new BinaryHardeningRule(),
            new LibraryPathRule(),
            new InsecureServiceRule(),
            new NetworkServiceRule(),
            new SshConfigurationRule(),
            new WebServerConfigurationRule(),
            new MqttConfigurationRule(),
            new ManagementConfigurationRule(),
            new FileServiceConfigurationRule(),
            new InsecureCommunicationRule(),
            new ScriptInjectionRule(),
            new DangerousCallRule(),
            new FitSignatureRule(),
            new VerifiedBootRule(),
            new McubootRule(),
            new SecureBootRule(),
            new BootArgumentRule(),
            new UpdateConfigurationRule(),
            new UpdateDownloadRule(),
            new DebugLeftoverRule(),
            new MalwareRule(),
            new MissingFileRule()));
  }

  /// The cards of the rules, in the order they run.
  public List<RuleCard> cards() {
    return rules.stream().map(Rule::card).toList();
  }

  /// Worst first; the date stands for today, so that a run can be repeated.
  public List<Issue> inspect(FileTree tree, LocalDate analysisDate) {
    return inspect(tree, analysisDate, Reuse.none());
  }

  /// The same, where what is known of a content need not be noted again. The findings are the same
  /// with and without what is known.
  public List<Issue> inspect(FileTree tree, LocalDate analysisDate, Reuse known) {
    List<List<List<Rule.Noted>>> looks =
        Blobs.of(tree).map(blob -> known.of(blob, "inspect", NOTES, this::look), (_, _) -> {});
    List<Issue> issues = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      List<Rule.Noted> noted = new ArrayList<>();
      for (List<List<Rule.Noted>> look : looks) {
        noted.addAll(look.get(i));
      }
      issues.addAll(bounded(rules.get(i).card(), rules.get(i).conclude(tree, analysisDate, noted)));
    }
    issues.sort(ORDER);
    return List.copyOf(issues);
  }

  private List<List<Rule.Noted>> look(Blob blob) {
    Content content = new Content(blob, ElfFile.read(blob.content()), anchors.find(blob));
    return rules.stream().map(rule -> rule.look(content)).toList();
  }

  private static List<Issue> bounded(RuleCard card, List<Issue> found) {
    if (found.size() <= MOST_FINDINGS) {
      return found;
    }
    List<Issue> sorted = new ArrayList<>(found.stream().sorted(ORDER).toList());
    int left = sorted.size() - MOST_FINDINGS;
    List<Issue> listed = new ArrayList<>(sorted.subList(0, MOST_FINDINGS));
    listed.add(
        Findings.issue(
            card,
            "cut",
            Severity.INFORMATIONAL,
            Confidence.HIGH,
            left + " further findings of this rule are not listed",
            sorted.get(MOST_FINDINGS).paths(),
            Map.of("omitted", Integer.toString(left))));
    return listed;
  }
}
