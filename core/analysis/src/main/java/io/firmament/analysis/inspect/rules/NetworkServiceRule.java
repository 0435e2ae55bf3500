package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Servers that are part of the attack surface because they start by themselves.
public final class NetworkServiceRule implements Rule {
  private static final StartUp SERVICES =
      new StartUp(
          "sshd|dropbear|lighttpd|nginx|apache2|httpd|uhttpd|boa|thttpd|mini_httpd|goahead|mosquitto"
              + "|snmpd|mini_snmpd|miniupnpd|upnpd|minidlna[d]?|smbd|nmbd|rpcbind|portmap|nfsd"
              + "|rpc\\.nfsd|rsync|dnsmasq|named|cwmpd|easycwmpd?|icwmpd|tr069[cd]?|onvif\\w*|rtspd?"
              + "|rtsp_server|avahi-daemon|mdnsd|hostapd|pppd|xl2tpd|openvpn|ntpd|chronyd|cupsd"
              + "|redis-server|mysqld|postgres|docker[d]?|adbd");
  private static final Pattern MANAGEMENT =
      Pattern.compile("(?:mini_)?snmpd|(?:mini)?upnpd|.*cwmp.*|tr069.*|onvif.*");
  private static final Pattern DEBUG = Pattern.compile("adbd");

  private static final RuleCard CARD =
      new RuleCard(
          "network-service",
          IssueType.NETWORK_SERVICE,
          "A network service starts at boot",
          Severity.INFORMATIONAL,
          Confidence.MEDIUM,
          List.of("CWE-1125"),
          List.of(
              "EN 303 645 5.6-1, 5.6-2", "EN 18031-1 GEC-2, GEC-4", "CRA Annex I Part I (2)(j)"),
          "A service counts where a start-up file runs it, not where its program merely lies in the"
              + " image; one finding for each service. It is informational: the list is the attack"
              + " surface. Protocols for remote management are LOW, the Android debug bridge is"
              + " HIGH.",
          "Stop what the product does not need, and bind the rest to the interfaces that need it.");

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<StartUp.Start>> services = new TreeMap<>();
    for (StartUp.Start start : SERVICES.find(tree)) {
      if (start.enabled() && !start.service().equals(StartUp.SHELL_SERVICE)) {
        services.computeIfAbsent(start.service(), _ -> new ArrayList<>()).add(start);
      }
    }
    List<Issue> issues = new ArrayList<>();
    services.forEach((service, starts) -> issues.add(issue(service, starts)));
    return issues;
  }

  private static Issue issue(String service, List<StartUp.Start> starts) {
    return Findings.issue(
        CARD,
        service,
        severity(service),
        CARD.confidence(),
        service + " starts at boot (" + starts.getFirst().how() + ")",
        starts.stream().map(StartUp.Start::path).toList(),
        Map.of(
            "service", service,
            "startedBy", starts.getFirst().how(),
            "line", Findings.brief(starts.getFirst().line())));
  }

  private static Severity severity(String service) {
    if (DEBUG.matcher(service).matches()) {
      return Severity.HIGH;
    }
    return MANAGEMENT.matcher(service).matches() ? Severity.LOW : CARD.severity();
  }
}
