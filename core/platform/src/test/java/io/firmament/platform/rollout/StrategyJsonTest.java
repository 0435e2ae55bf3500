package io.firmament.platform.rollout;

import static io.firmament.platform.rollout.Fleets.json;
import static io.firmament.platform.rollout.Fleets.strategy;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.avaje.jsonb.Jsonb;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class StrategyJsonTest {
  private static final String FULL =
      """
      {'waves':[{'count':5,'approval':'auto','soak_seconds':60},{'percent':12.5},
                {'percent':50,'approval':'manual'},{'percent':100}],
       'max_failure_rate':0.05,'scope':'wave','min_executed':3,'success_threshold':0.9,
       'soak_seconds':3600,'rate_per_minute':100,'max_concurrent':20,
       'wave_timeout_seconds':7200,'late_seconds':0,
       'disruption_budget':{'group_by':'site','max_unavailable':2,'min_available':1},
       'windows':{'timezone':'Europe/Berlin','device_timezone_tag':'tz',
                  'weekly':[{'days':['sat','sun'],'start':'22:30','duration_minutes':240}]},
       'dynamic':true,'cohort_seed':'b','on_incompatible':'exclude',
       'allow_downgrade':true,'four_eyes':true}
      """;

  @Test
  void readsTheShapeOfTheContract() {
    Strategy strategy =
        strategy(
            """
            {'waves':[{'percent':1,'approval':'auto'},{'percent':10,'approval':'auto'},
             {'percent':50,'approval':'manual'},{'percent':100,'approval':'auto'}],
             'max_failure_rate':0.05}
            """);
    assertEquals(
        List.of(100, 1_000, 5_000, 10_000),
        strategy.waves().stream()
            .map(wave -> ((Wave.Reach.Percent) wave.reach()).hundredths())
            .toList());
    assertEquals(Wave.Approval.MANUAL, strategy.waves().get(2).approval());
    assertEquals(new BigDecimal("0.05"), strategy.tolerance().maxFailureRate());
    assertEquals(Strategy.Scope.ROLLOUT, strategy.tolerance().scope());
    assertEquals(Duration.ofDays(1), strategy.pace().waveTimeout());
  }

  @Test
  void isOneWaveThatTheFirstFailureHaltsUnlessGiven() {
    assertEquals(Strategy.standard(), StrategyJson.readStrategy(null));
    assertEquals(Strategy.standard(), strategy("{}"));
    assertEquals(BigDecimal.ZERO, Strategy.standard().tolerance().maxFailureRate());
    assertEquals(1, Strategy.standard().waves().size());
  }

  @Test
  void writesWhatItReadsAsTheSame() {
    Strategy strategy = strategy(FULL);
    assertEquals(new Wave.Reach.Percent(1_250), strategy.waves().get(1).reach());
    assertEquals(OptionalInt.of(20), strategy.pace().maxConcurrent());
    assertEquals(strategy, again(StrategyJson.write(strategy)));
    assertEquals(Strategy.standard(), again(StrategyJson.write(Strategy.standard())));
    for (String probe :
        List.of(
            "{'type':'exec','command':['/usr/bin/check','-q'],'timeout_seconds':1,'attempts':10}",
            "{'type':'http','url':'http://localhost:8080/health','initial_delay_seconds':5}",
            "{'type':'file','path':'/run/ok'}")) {
      HealthProbe read = StrategyJson.readProbe(json(probe));
      assertEquals(read, StrategyJson.readProbe(reparsed(StrategyJson.write(read))));
    }
    Admission admission =
        new Admission(Admission.Block.HIGH, Optional.of("fixed by the network's filter"));
    assertEquals(admission, StrategyJson.readAdmission(reparsed(StrategyJson.write(admission))));
    assertEquals(Admission.standard(), StrategyJson.readAdmission(null));
  }

  @Test
  void namesEveryBadFieldOfAStrategy() {
    Map<String, String> wrong =
        Map.ofEntries(
            Map.entry("[]", "strategy: must be an object"),
            Map.entry("{'wave':1}", "strategy.wave: there is no such field"),
            Map.entry("{'waves':[]}", "strategy.waves: has 1 to 50 waves"),
            Map.entry("{'waves':5}", "strategy.waves: must be a list"),
            Map.entry("{'waves':[5]}", "strategy.waves[0]: must be an object"),
            Map.entry(
                "{'waves':[{}]}",
                "strategy.waves[0].percent: a wave has a percent or a count, and not both"),
            Map.entry(
                "{'waves':[{'percent':0},{'percent':100}]}",
                "strategy.waves[0].percent: must be more than 0 and at most 100, in hundredths at"
                    + " the finest"),
            Map.entry(
                "{'waves':[{'percent':0.001},{'percent':100}]}",
                "strategy.waves[0].percent: must be more than 0 and at most 100, in hundredths at"
                    + " the finest"),
            Map.entry(
                "{'waves':[{'percent':10},{'percent':10},{'percent':100}]}",
                "strategy.waves[1].percent: must be larger than in the wave before"),
            Map.entry(
                "{'waves':[{'percent':10},{'count':10},{'percent':100}]}",
                "strategy.waves[1].count: cannot follow a wave with a percent"),
            Map.entry(
                "{'waves':[{'count':10},{'count':10},{'percent':100}]}",
                "strategy.waves[1].count: must be larger than in the wave before"),
            Map.entry(
                "{'waves':[{'percent':10},{'percent':99}]}",
                "strategy.waves[1].percent: must be 100 in the last wave"),
            Map.entry(
                "{'waves':[{'percent':100,'approval':'later'}]}",
                "strategy.waves[0].approval: must be one of auto, manual"),
            Map.entry(
                "{'max_failure_rate':1}",
                "strategy.max_failure_rate: must be 0 or more and less than 1"),
            Map.entry(
                "{'max_failure_rate':'x'}",
                "strategy.max_failure_rate: must be a number of few digits"),
            Map.entry(
                "{'success_threshold':0}",
                "strategy.success_threshold: must be more than 0 and at most 1"),
            Map.entry("{'scope':'site'}", "strategy.scope: must be one of rollout, wave"),
            Map.entry(
                "{'rate_per_minute':0}",
                "strategy.rate_per_minute: must be a whole number from 1 to 100000"),
            Map.entry(
                "{'max_concurrent':1.5}",
                "strategy.max_concurrent: must be a whole number from 1 to 1000000"),
            Map.entry(
                "{'wave_timeout_seconds':1e99}",
                "strategy.wave_timeout_seconds: must be a whole number from 60 to 7776000"),
            Map.entry(
                "{'disruption_budget':{'group_by':'site'}}",
                "strategy.disruption_budget: needs max_unavailable or min_available"),
            Map.entry(
                "{'disruption_budget':{'max_unavailable':1}}",
                "strategy.disruption_budget.group_by: is missing"),
            Map.entry(
                "{'windows':{'timezone':'Mars/Olympus','weekly':[]}}",
                "strategy.windows.timezone: must be a zone of the IANA time zone database"),
            Map.entry("{'windows':{'weekly':[]}}", "strategy.windows.weekly: has 1 to 21 windows"),
            Map.entry(
                "{'windows':{'weekly':[{'start':'25:00','duration_minutes':5}]}}",
                "strategy.windows.weekly[0].start: must be a time of day such as 22:30"),
            Map.entry(
                "{'windows':{'weekly':[{'start':'22:00'}]}}",
                "strategy.windows.weekly[0].duration_minutes: is missing"),
            Map.entry(
                "{'windows':{'weekly':[{'start':'22:00','duration_minutes':5,'days':['x']}]}}",
                "strategy.windows.weekly[0].days: must be of mon, tue, wed, thu, fri, sat, sun"),
            Map.entry("{'dynamic':1}", "strategy.dynamic: must be true or false"),
            Map.entry(
                "{'four_eyes':true}", "strategy.four_eyes: needs a wave whose approval is manual"));
    wrong.forEach(
        (text, message) ->
            assertEquals(message, Fleets.refused(() -> StrategyJson.readStrategy(json(text)))));
  }

  @Test
  void namesEveryBadFieldOfAProbe() {
    Map<String, String> wrong =
        Map.ofEntries(
            Map.entry("{}", "probe.type: is missing"),
            Map.entry("{'type':'shell'}", "probe.type: must be one of exec, http, file"),
            Map.entry("{'type':'exec'}", "probe.command: must name a program"),
            Map.entry(
                "{'type':'exec','command':['check']}",
                "probe.command[0]: must be a clean absolute path"),
            Map.entry(
                "{'type':'exec','command':['/bin/a','x\\ny']}",
                "probe.command[1]: has at most 1024 characters, none of control"),
            Map.entry("{'type':'exec','command':'/bin/a'}", "probe.command: must be a list"),
            Map.entry("{'type':'http'}", "probe.url: is missing"),
            Map.entry(
                "{'type':'http','url':'ftp://x/'}",
                "probe.url: must be an http or https address with a host"),
            Map.entry(
                "{'type':'http','url':'http://a:b@c/'}",
                "probe.url: must be an http or https address with a host"),
            Map.entry(
                "{'type':'file','path':'/a/../b'}", "probe.path: must be a clean absolute path"),
            Map.entry("{'type':'file','path':'/a/'}", "probe.path: must be a clean absolute path"),
            Map.entry(
                "{'type':'file','path':'/a','url':'http://x/'}",
                "probe.url: there is no such field"),
            Map.entry(
                "{'type':'file','path':'/a','timeout_seconds':301}",
                "probe.timeout_seconds: must be a whole number from 1 to 300"),
            Map.entry(
                "{'type':'file','path':'/a','attempts':0}",
                "probe.attempts: must be a whole number from 1 to 10"));
    wrong.forEach(
        (text, message) ->
            assertEquals(message, Fleets.refused(() -> StrategyJson.readProbe(json(text)))));
    assertEquals("probe: is missing", Fleets.refused(() -> StrategyJson.readProbe(null)));
    assertEquals(
        "admission.block: must be one of critical, high, none",
        Fleets.refused(() -> StrategyJson.readAdmission(json("{'block':'low'}"))));
    assertEquals(
        "admission.override_reason: has 10 to 1000 characters",
        Fleets.refused(() -> StrategyJson.readAdmission(json("{'override_reason':'because'}"))));
  }

  private static Strategy again(Map<String, Object> written) {
    return StrategyJson.readStrategy(reparsed(written));
  }

  private static Object reparsed(Map<String, Object> written) {
    Jsonb jsonb = Jsonb.builder().build();
    return jsonb.type(Object.class).fromJson(jsonb.type(Object.class).toJson(written));
  }
}
